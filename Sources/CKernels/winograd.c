// Sets up the Winograd passes: blocks of tiles, scratch, chunks of sums; all by shape alone.
#include "fused_passes.h"
#include "real.h"

enum {
  BLOCK_TILES = 24,          // with few channels
  DEEP_BLOCK_TILES = 48,     // with many: the weights are read once for each block
  DEEP_CHANNELS = 128,       // above these it is deep
  MOST_CHUNKS = 8,           // partial sums of a weight gradient
  CHUNK_BYTES = 1200 * 1024, // larger partial sums: split by position instead
  GROUP_BYTES = 10 << 20,    // by position: sums of one group of outputs
  STAGE_BYTES = 16 << 20,    // by position: transformed tiles at a time
};

static rs_tiling tiling_of(const rs_view *y) {
  const int rows = rs_divide_up(y->h, RS_TILE), columns = rs_divide_up(y->w, RS_TILE);
  return (rs_tiling){rows, columns, y->n * rows * columns};
}

static int block_of(int inputs, const rs_tiling *tiling) {
  const int block = inputs <= DEEP_CHANNELS ? BLOCK_TILES : DEEP_BLOCK_TILES;
  return block < tiling->count ? block : tiling->count;
}

static size_t row_floats(int channels) { return (size_t)rs_padded(channels) + RS_ROW_SURPLUS; }

size_t rs_winograd_packed_count(const rs_conv *conv, rs_pass pass) {
  const int forward = pass == RS_PASS_FORWARD;
  return (size_t)RS_POSITIONS * (size_t)(forward ? conv->inputs : conv->outputs) *
         (size_t)rs_padded(forward ? conv->outputs : conv->inputs);
}

void rs_winograd_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                      float *packed) {
  const int gradient = pass == RS_PASS_INPUT_GRADIENT;
  rs_winograd_packing packing = {weight, packed, gradient ? conv->outputs : conv->inputs,
                                 gradient ? conv->inputs : conv->outputs, gradient};
  rs_run(pool, rs_divide_up(packing.outputs, rs_kernels()->columns), rs_kernels()->winograd_pack,
         &packing);
}

static size_t thread_floats(int inputs, int block) {
  return (size_t)RS_POSITIONS * (size_t)block * (row_floats(inputs) + RS_WIDEST_BLOCK);
}

int rs_winograd_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *to) {
  const rs_tiling tiling = tiling_of(to);
  return rs_divide_up(
      tiling.count, block_of(pass == RS_PASS_FORWARD ? conv->inputs : conv->outputs, &tiling));
}

void rs_winograd_run(rs_pool *pool, const rs_conv *conv, rs_pass pass, const rs_source *from,
                     const float *packed, const rs_sink *to, float *scratch) {
  const rs_tiling tiling = tiling_of(&to->view);
  const int block = block_of(from->view.c, &tiling);
  rs_winograd_job job = {
      .source = from, .sink = to, .packed = packed, .scratch = scratch,
      .scratch_stride = thread_floats(from->view.c, block), .inputs = from->view.c,
      .outputs = to->view.c, .block = block, .tiling = tiling,
      .padding = pass == RS_PASS_FORWARD ? conv->padding : 2 - conv->padding};
  rs_run(pool, rs_divide_up(tiling.count, block), rs_kernels()->winograd_block, &job);
}

/// How a weight gradient is cut.
typedef struct {
  int chunks;             // 0: by position
  int outputs, tiles;     // by position: outputs of a group, tiles of a stage
  size_t partials, stage; // floats; stage of one thread, or by position of all
} weight_cut;

static weight_cut cut_weight_gradient(const rs_conv *conv, const rs_view *y) {
  const rs_tiling tiling = tiling_of(y);
  const size_t input = (size_t)RS_POSITIONS * (size_t)conv->inputs;
  const size_t all = input * (size_t)rs_padded(conv->outputs);
  weight_cut cut = {0};
  if (all * sizeof(float) <= CHUNK_BYTES) {
    const int most = rs_divide_up(tiling.count, RS_SUM_TILES);
    cut.chunks = most < MOST_CHUNKS ? most : MOST_CHUNKS;
    cut.partials = all * (size_t)cut.chunks;
    cut.stage = (size_t)RS_POSITIONS * RS_SUM_TILES *
                (row_floats(conv->inputs) + row_floats(conv->outputs));
    return cut;
  }
  const int64_t fit = GROUP_BYTES / (int64_t)(input * sizeof(float)) / 64 * 64;
  cut.outputs = fit < 64 ? 64 : fit < conv->outputs ? (int)fit : conv->outputs;
  const size_t tile = (size_t)RS_POSITIONS * (row_floats(conv->inputs) + row_floats(cut.outputs));
  const int64_t stage = STAGE_BYTES / (int64_t)(tile * sizeof(float)) / RS_SUM_TILES * RS_SUM_TILES;
  cut.tiles = stage < RS_SUM_TILES ? RS_SUM_TILES : (int)stage;
  if (cut.tiles > tiling.count) cut.tiles = tiling.count;
  cut.partials = input * (size_t)rs_padded(cut.outputs);
  cut.stage = tile * (size_t)cut.tiles;
  return cut;
}

size_t rs_winograd_scratch_floats(const rs_conv *conv, rs_pass pass, const rs_view *x,
                                  const rs_view *y, int threads) {
  if (pass == RS_PASS_WEIGHT_GRADIENT) {
    const weight_cut cut = cut_weight_gradient(conv, y);
    return cut.partials + cut.stage * (size_t)(cut.chunks ? threads : 1);
  }
  const rs_tiling tiling = tiling_of(pass == RS_PASS_FORWARD ? y : x);
  const int inputs = pass == RS_PASS_FORWARD ? conv->inputs : conv->outputs;
  return (size_t)threads * thread_floats(inputs, block_of(inputs, &tiling));
}

/// The source that shows the channels first ..< first + count.
static rs_source channels_of(const rs_source *s, int first, int count) {
  rs_source part = *s;
  part.view.data = (float *)s->view.data + first;
  part.view.c = count;
  if (s->load == RS_LOAD_PLAIN) return part;
  part.scale += first;
  part.shift += first;
  part.lower += first;
  if (s->load == RS_LOAD_AFFINE) return part;
  part.forward.data = (float *)s->forward.data + first;
  part.forward.c = count;
  part.gain += first;
  part.slope += first;
  part.offset += first;
  return part;
}

void rs_winograd_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                                 const rs_source *dy, float *dw, float *scratch) {
  const rs_kernel_table *kernels = rs_kernels();
  const weight_cut cut = cut_weight_gradient(conv, &dy->view);
  rs_winograd_weight_job job = {
      .x = x, .dy = dy, .padding = conv->padding, .chunks = cut.chunks,
      .tiling = tiling_of(&dy->view), .partials = scratch, .scratch = scratch + cut.partials,
      .scratch_stride = cut.stage, .dw = dw};
  if (cut.chunks) {
    rs_run(pool, cut.chunks, kernels->winograd_weight_chunk, &job);
    rs_run(pool, rs_divide_up(conv->outputs, kernels->lanes), kernels->winograd_weight_finish, &job);
    return;
  }
  job.chunks = 1;
  for (int o = 0; o < conv->outputs; o += cut.outputs) {
    const rs_source part = channels_of(dy, o, rs_min(cut.outputs, conv->outputs - o));
    job.dy = &part;
    job.first_output = o;
    for (int first = 0; first < job.tiling.count; first += cut.tiles) {
      job.first_tile = first;
      job.tile_count = rs_min(cut.tiles, job.tiling.count - first);
      rs_run(pool, rs_divide_up(job.tile_count, RS_SUM_TILES), kernels->winograd_weight_transform,
             &job);
      rs_run(pool, RS_POSITIONS * rs_divide_up(part.view.c, kernels->columns),
             kernels->winograd_weight_multiply, &job);
    }
    rs_run(pool, rs_divide_up(part.view.c, kernels->lanes), kernels->winograd_weight_finish, &job);
  }
}
