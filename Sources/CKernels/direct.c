// Sets up the direct passes: phases, taps, blocks of pixels, scratch; all by shape alone.
#include "fused_passes.h"
#include "real.h"

enum {
  WINDOW_FLOATS = 48 * 1024,   // input pixels of one block
  BLOCK_COLUMNS = 96,
  FLAT_COLUMNS = 480,          // where an image is one row
  FLAT_STEP = 12,              // rows of the widest micro-kernel
  BLOCK_ROWS = 32,
  SEGMENT_FLOATS = 2 * 48 * RS_WIDEST_BLOCK, // products of two rows of 48
  DOT_INPUTS = 8,              // fewer are no dot product
};

static int taps_of(const rs_conv *conv) { return conv->kernel_h * conv->kernel_w; }

static int is_pointwise(const rs_conv *conv) {
  return taps_of(conv) == 1 && conv->stride == 1 && conv->padding == 0;
}

/// Channels that a pass reads and writes.
static int inputs_of(const rs_conv *conv, rs_pass pass) {
  return pass == RS_PASS_FORWARD ? conv->inputs : conv->outputs;
}

static int outputs_of(const rs_conv *conv, rs_pass pass) {
  return pass == RS_PASS_FORWARD ? conv->outputs : conv->inputs;
}

static int uses_dots(const rs_conv *conv, rs_pass pass) {
  return (pass == RS_PASS_FORWARD || conv->stride == 1) &&
         outputs_of(conv, pass) <= RS_DOT_OUTPUTS && inputs_of(conv, pass) >= DOT_INPUTS;
}

size_t rs_direct_packed_count(const rs_conv *conv, rs_pass pass) {
  const int inputs = inputs_of(conv, pass), outputs = outputs_of(conv, pass);
  if (uses_dots(conv, pass))
    return (size_t)taps_of(conv) * (size_t)rs_padded(inputs) * (size_t)outputs;
  return (size_t)taps_of(conv) * (size_t)inputs * (size_t)rs_padded(outputs);
}

/// The taps along one axis that meet the input pixels of residue `residue`: the first, the step from
/// one to the next, how many; and the output pixel of the first for the first such input pixel.
typedef struct { int first, step, count, origin, origin_step; } axis_taps;

static axis_taps taps_of_residue(const rs_conv *conv, int kernel, int residue) {
  axis_taps taps = {0};
  for (int i = 0; i < kernel; i++) {
    const int meets = residue + conv->padding - i * conv->dilation;
    if (meets % conv->stride != 0) continue;
    if (taps.count == 0) {
      taps.first = i;
      taps.origin = meets / conv->stride;
    } else if (taps.count == 1) {
      taps.step = i - taps.first;
      taps.origin_step = meets / conv->stride - taps.origin;
    }
    taps.count++;
  }
  return taps;
}

/// The phases of a pass. `packed` lies phase by phase.
static void find_phases(rs_direct_job *job, const rs_conv *conv, rs_pass pass, const float *packed) {
  if (pass == RS_PASS_FORWARD) {
    job->phase_count = 1;
    job->phases[0] = (rs_direct_phase){0, 0, conv->kernel_h, conv->kernel_w, -conv->padding,
                                       -conv->padding, conv->dilation, conv->dilation, packed};
    job->in_step = conv->stride;
    job->out_step = 1;
  } else {
    job->in_step = 1;
    job->out_step = conv->stride;
    job->phase_count = conv->stride * conv->stride;
    for (int k = 0; k < job->phase_count; k++) {
      const axis_taps h = taps_of_residue(conv, conv->kernel_h, k / conv->stride);
      const axis_taps w = taps_of_residue(conv, conv->kernel_w, k % conv->stride);
      const int some = h.count > 0 && w.count > 0;
      job->phases[k] = (rs_direct_phase){k / conv->stride, k % conv->stride, some ? h.count : 0,
                                         some ? w.count : 0, h.origin, w.origin, h.origin_step,
                                         w.origin_step, packed};
      if (packed) packed += (size_t)(h.count * w.count) * (size_t)conv->outputs *
                (size_t)rs_padded(conv->inputs);
    }
  }
  int any = 0;
  for (int k = 0; k < job->phase_count; k++) {
    const rs_direct_phase *p = &job->phases[k];
    if (p->taps_h == 0) continue;
    const int last_h = p->first_h + (p->taps_h - 1) * p->tap_step_h;
    const int last_w = p->first_w + (p->taps_w - 1) * p->tap_step_w;
    job->low_h = any ? rs_min(job->low_h, rs_min(p->first_h, last_h)) : rs_min(p->first_h, last_h);
    job->low_w = any ? rs_min(job->low_w, rs_min(p->first_w, last_w)) : rs_min(p->first_w, last_w);
    job->high_h = any ? rs_max(job->high_h, rs_max(p->first_h, last_h)) : rs_max(p->first_h, last_h);
    job->high_w = any ? rs_max(job->high_w, rs_max(p->first_w, last_w)) : rs_max(p->first_w, last_w);
    any = 1;
  }
}

typedef struct {
  const rs_conv *conv;
  rs_pass pass;
  const float *weight;
  float *packed;
  int columns, lanes; // of the micro-kernel
} packing;

/// Weight of input i and output o of the pass at a tap.
static float weight_at(const packing *p, int i, int o, int tap) {
  const rs_conv *c = p->conv;
  const int64_t filter = p->pass == RS_PASS_FORWARD ? (int64_t)o * c->inputs + i
                                                    : (int64_t)i * c->inputs + o;
  return p->weight[filter * taps_of(c) + tap];
}

/// Packs the weights of one phase and block of outputs; block b of phase k is item k * blocks + b.
static void pack_block(void *context, int item, int thread) {
  (void)thread;
  const packing *p = context;
  const rs_conv *c = p->conv;
  const int inputs = inputs_of(c, p->pass), outputs = outputs_of(c, p->pass);
  const int blocks = rs_divide_up(outputs, p->columns), first = item % blocks * p->columns;
  const int width = rs_min(p->columns, rs_divide_up(outputs - first, p->lanes) * p->lanes);
  rs_direct_job job = {0};
  find_phases(&job, c, p->pass, p->packed);
  const rs_direct_phase *phase = &job.phases[item / blocks];
  axis_taps h = {0, 1, c->kernel_h, 0, 0}, w = {0, 1, c->kernel_w, 0, 0};
  if (p->pass != RS_PASS_FORWARD) {
    h = taps_of_residue(c, c->kernel_h, phase->row);
    w = taps_of_residue(c, c->kernel_w, phase->column);
  }
  float *to = p->packed + (phase->packed - p->packed) +
              (size_t)(phase->taps_h * phase->taps_w) * (size_t)inputs * (size_t)first;
  for (int a = 0; a < phase->taps_h; a++)
    for (int b = 0; b < phase->taps_w; b++) {
      const int tap = (h.first + a * h.step) * c->kernel_w + w.first + b * w.step;
      for (int i = 0; i < inputs; i++)
        for (int lane = 0; lane < width; lane++)
          *to++ = first + lane < outputs ? weight_at(p, i, first + lane, tap) : 0;
    }
}

/// [output][tap][padded input], in the order in which the phase visits the taps.
static void pack_dots(const packing *p) {
  const int inputs = inputs_of(p->conv, p->pass), outputs = outputs_of(p->conv, p->pass);
  float *to = p->packed;
  for (int o = 0; o < outputs; o++)
    for (int tap = 0; tap < taps_of(p->conv); tap++)
      for (int i = 0; i < rs_padded(inputs); i++)
        *to++ = i < inputs ? weight_at(p, i, o, tap) : 0;
}

void rs_direct_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                    float *packed) {
  packing p = {conv, pass, weight, packed, rs_kernels()->columns, rs_kernels()->lanes};
  if (uses_dots(conv, pass)) { pack_dots(&p); return; }
  const int phases = pass == RS_PASS_FORWARD ? 1 : conv->stride * conv->stride;
  const int blocks = rs_divide_up(outputs_of(conv, pass), p.columns);
  rs_run(pool, phases * blocks, pack_block, &p);
}

/// Columns of a block where an image is one row of `pixels`: a window full at most, in an even
/// number of like blocks, so that threads finish together.
static int flat_columns(int channels, int pixels) {
  const int most = rs_min(FLAT_COLUMNS, rs_max(BLOCK_COLUMNS, WINDOW_FLOATS / channels / 48 * 48));
  const int pairs = rs_divide_up(pixels, 2 * most);
  return rs_min(most, rs_divide_up(pixels, 2 * pairs * FLAT_STEP) * FLAT_STEP);
}

/// Phases, blocks and scratch of a pass from `from` to `to`, of which no data is read.
static rs_direct_job plan(const rs_conv *conv, rs_pass pass, const rs_view *from, const rs_view *to,
                          const float *packed) {
  rs_direct_job job = {.inputs = from->c, .outputs = to->c};
  find_phases(&job, conv, pass, packed);
  job.dots = uses_dots(conv, pass);
  job.rows = rs_divide_up(to->h, job.out_step);
  job.columns = rs_divide_up(to->w, job.out_step);
  const int span_h = job.high_h - job.low_h, span_w = job.high_w - job.low_w;
  job.block_columns = rs_min(job.columns, to->h == 1 ? flat_columns(from->c, to->w) : BLOCK_COLUMNS);
  const int64_t row = ((int64_t)(job.block_columns - 1) * job.in_step + span_w + 1) * from->c;
  int64_t rows = (WINDOW_FLOATS / row - span_h) / job.in_step / 2 * 2;
  rows = rows < 4 ? 4 : rows > BLOCK_ROWS ? BLOCK_ROWS : rows;
  job.block_rows = rs_min((int)rows, job.rows == 1 ? 1 : (job.rows + 1) / 2 * 2);
  job.blocks_h = rs_divide_up(job.rows, job.block_rows);
  job.blocks_w = rs_divide_up(job.columns, job.block_columns);
  job.scratch_stride =
      (size_t)((job.block_rows - 1) * job.in_step + span_h + 1) * (size_t)row + SEGMENT_FLOATS;
  job.in_place = job.low_h >= 0 && job.low_w >= 0 &&
                 (job.rows - 1) * job.in_step + job.high_h < from->h &&
                 (job.columns - 1) * job.in_step + job.high_w < from->w;
  return job;
}

int rs_direct_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *from, const rs_view *to) {
  const rs_direct_job job = plan(conv, pass, from, to, NULL);
  return to->n * job.blocks_h * job.blocks_w;
}

/// The same pixels as one row: they are read and written in one stream.
static rs_view flat(rs_view v) {
  v.w *= v.n * v.h;
  v.n = v.h = 1;
  return v;
}

void rs_direct_run(rs_pool *pool, const rs_conv *conv, rs_pass pass, const rs_source *from,
                   const float *packed, const rs_sink *to, float *scratch) {
  rs_source source = *from;
  rs_sink sink = *to;
  const int64_t pixels = rs_pixels(&to->view);
  if (is_pointwise(conv) && !sink.pooled.data && sink.sums == RS_SUMS_NONE && pixels < INT32_MAX) {
    source.view = flat(source.view);
    source.forward = flat(source.forward);
    sink.view = flat(sink.view);
  }
  rs_direct_job job = plan(conv, pass, &source.view, &sink.view, packed);
  job.source = &source;
  job.sink = &sink;
  job.scratch = scratch;
  job.in_place = job.in_place && source.load == RS_LOAD_PLAIN;
  rs_run(pool, sink.view.n * job.blocks_h * job.blocks_w, rs_kernels()->direct_block, &job);
}

size_t rs_direct_scratch_floats(const rs_conv *conv, rs_pass pass, const rs_view *x,
                                const rs_view *y, int threads) {
  if (pass == RS_PASS_WEIGHT_GRADIENT) return rs_direct_weight_scratch_floats(conv, y, threads);
  const rs_view *from = pass == RS_PASS_FORWARD ? x : y, *to = pass == RS_PASS_FORWARD ? y : x;
  size_t floats = plan(conv, pass, from, to, NULL).scratch_stride;
  if (is_pointwise(conv) && rs_pixels(to) < INT32_MAX) {
    const rs_view flat_from = flat(*from), flat_to = flat(*to);
    const size_t other = plan(conv, pass, &flat_from, &flat_to, NULL).scratch_stride;
    floats = floats > other ? floats : other;
  }
  return (size_t)threads * floats;
}
