// Sets up the direct gradient by the weights.
#include "fused_passes.h"
#include "real.h"

enum {
  WINDOW_FLOATS = 192 * 1024, // input pixels of one block
  BLOCK_COLUMNS = 64,
  BLOCK_ROWS = 16,
  MOST_CHUNKS = 8,
  PARTIAL_FLOATS = 4 << 20,   // all chunks together
};

static int is_exchanged(const rs_conv *conv) {
  return conv->kernel_h * conv->kernel_w == 1 && conv->stride == 1 && conv->padding == 0 &&
         conv->outputs <= RS_DOT_OUTPUTS && conv->inputs > conv->outputs;
}

static size_t window_floats(const rs_conv *conv, const rs_direct_weight_job *job, int inputs) {
  const int high = (job->block_rows - 1) * conv->stride + (conv->kernel_h - 1) * conv->dilation + 1;
  const int wide =
      (job->block_columns - 1) * conv->stride + (conv->kernel_w - 1) * conv->dilation + 1;
  return (size_t)high * (size_t)wide * (size_t)inputs;
}

/// Blocks, chunks and scratch for output gradients of y's shape.
static rs_direct_weight_job plan(const rs_conv *conv, const rs_view *y) {
  rs_direct_weight_job job = {.conv = conv, .exchanged = is_exchanged(conv)};
  const int inputs = job.exchanged ? conv->outputs : conv->inputs;
  const int outputs = job.exchanged ? conv->inputs : conv->outputs;
  job.block_columns = rs_min(y->w, BLOCK_COLUMNS);
  job.block_rows = rs_min(y->h, BLOCK_ROWS);
  while (job.block_rows > 1 && window_floats(conv, &job, inputs) > WINDOW_FLOATS) job.block_rows--;
  job.blocks_h = rs_divide_up(y->h, job.block_rows);
  job.blocks_w = rs_divide_up(y->w, job.block_columns);
  job.partial_stride = (size_t)(conv->kernel_h * conv->kernel_w) * (size_t)inputs *
                       (size_t)rs_padded(outputs);
  const int64_t blocks = (int64_t)y->n * job.blocks_h * job.blocks_w;
  int64_t chunks = PARTIAL_FLOATS / (int64_t)job.partial_stride;
  chunks = chunks < 2 ? 2 : chunks > MOST_CHUNKS ? MOST_CHUNKS : chunks;
  job.chunks = (int)(chunks < blocks ? chunks : blocks);
  job.scratch_stride = window_floats(conv, &job, inputs) +
                       (size_t)job.block_rows * (size_t)job.block_columns * (size_t)rs_padded(outputs);
  return job;
}

size_t rs_direct_weight_scratch_floats(const rs_conv *conv, const rs_view *y, int threads) {
  const rs_direct_weight_job job = plan(conv, y);
  return job.partial_stride * (size_t)job.chunks + job.scratch_stride * (size_t)threads;
}

typedef struct {
  const rs_direct_weight_job *job;
  float *dw;
} finishing;

/// Adds the chunks in order to dw, for one output (one input where exchanged).
static void finish(void *context, int o, int thread) {
  (void)thread;
  const finishing *f = context;
  const rs_direct_weight_job *job = f->job;
  const rs_conv *conv = job->conv;
  const int taps = conv->kernel_h * conv->kernel_w;
  const int inputs = job->exchanged ? conv->outputs : conv->inputs;
  const int width = rs_padded(job->exchanged ? conv->inputs : conv->outputs);
  for (int i = 0; i < inputs; i++)
    for (int t = 0; t < taps; t++) {
      const float *p = job->partials + ((int64_t)t * inputs + i) * width + o;
      float sum = 0;
      for (int k = 0; k < job->chunks; k++) sum += p[(size_t)k * job->partial_stride];
      if (job->exchanged) f->dw[(int64_t)i * conv->inputs + o] += sum;
      else f->dw[((int64_t)o * inputs + i) * taps + t] += sum;
    }
}

void rs_direct_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                               const rs_source *dy, float *dw, float *scratch) {
  rs_direct_weight_job job = plan(conv, &dy->view);
  job.x = job.exchanged ? dy : x;
  job.dy = job.exchanged ? x : dy;
  job.partials = scratch;
  job.scratch = scratch + job.partial_stride * (size_t)job.chunks;
  rs_run(pool, job.chunks, rs_kernels()->direct_weight_chunk, &job);
  finishing f = {&job, dw};
  rs_run(pool, job.exchanged ? conv->inputs : conv->outputs, finish, &f);
}
