// What the vector kernels of layers other than dense convolutions share with the code that sets up
// their jobs. All are for float; double takes the plain loops beside the set-up.
#pragma once
#include "fast_kernels.h"
#include "include/attention.h"
#include "include/depthwise.h"
#include "include/pyramid.h"

/// Element by element: an item is a block of runs of neighbouring elements.
typedef struct {
  const void *x, *dy;
  void *y;
  int64_t x_step, dy_step, y_step; // from run to run
  int64_t count, run, runs;        // elements; of each run but the last; number of runs
  int block_runs, accumulate;
} rs_run_job;

/// The first run behind a block.
static inline int64_t rs_runs_end(const rs_run_job *job, int item) {
  const int64_t end = (int64_t)(item + 1) * job->block_runs;
  return end < job->runs ? end : job->runs;
}

/// Elements of a run.
static inline int64_t rs_run_count(const rs_run_job *job, int64_t run) {
  const int64_t left = job->count - run * job->run;
  return left < job->run ? left : job->run;
}

/// Layer norm: an item is a block (forward) or chunk (backward) of pixels.
typedef struct {
  rs_view x, dy, y; // y: or dx
  const void *weight, *bias;
  double epsilon;
  int64_t block; // pixels
  int accumulate;
  void *partials; // [chunk][2][padded c]: of the weight's and the bias' gradient
} rs_layer_norm_job;

/// Depthwise convolution: an item is a row of y.
typedef struct {
  const rs_depthwise *conv;
  rs_view x, y;        // dx and dy play y and x in the gradient by the input
  rs_view dy;          // of the gradient before the GELU: y = dy gelu'(conv(x)); else data = NULL
  const void *weight;  // [tap][padded channels]
  const void *bias;    // (padded channels)
  int padding, gelu, accumulate, chunks;
  void *partials;      // [chunk][taps + 1][padded channels]
} rs_depthwise_job;

/// Attention: an item is a block of queries of one head, or a chunk of such blocks.
typedef struct {
  rs_view q, k, v, o, dq, dk, dv; // o: or its gradient
  int heads, depth;               // channels of a head
  int queries, keys;              // of an image
  int padded_depth, padded_keys;
  int block, blocks, chunks;      // queries of a block; blocks of an image; chunks of blocks
  int backward, accumulate;
  float scale;
  float *packed;                  // [image][head][operand]
  size_t operand;                 // floats of one packed operand
  float *partials;                // [image][head][chunk][dk, dv][key][padded depth]
  float *scratch;
  size_t scratch_stride;
} rs_attention_job;

/// Where an output pixel of a resize reads along one axis: (1 - weight) first + weight second.
typedef struct {
  int32_t first, second;
  double weight;
} rs_resize_tap;

/// Resizing: an item is a row of y (forward) or of dx.
typedef struct {
  rs_view x, y; // y: the larger or smaller image, or its gradient
  const rs_resize_tap *rows, *columns; // (y.h), (y.w)
  int accumulate;
} rs_resize_job;

/// The taps of all `outputs` pixels of an axis of `inputs` pixels.
void rs_resize_find_taps(int inputs, int outputs, rs_resize_tap *taps);

/// The decoder of a pyramid: an item is a row of the largest level.
typedef struct {
  const rs_pyramid *pyramid;
  rs_view y;
  int padded; // width
  const rs_resize_tap *rows[RS_PYRAMID_LEVELS], *columns[RS_PYRAMID_LEVELS];
  float *scratch; // each thread: sums, logits, a row of each level
  size_t scratch_stride;
} rs_pyramid_job;

/// Dropout: an item is a row.
typedef struct {
  rs_view x, y;
  uint64_t key;
  uint32_t threshold;
  double factor;
  int accumulate;
} rs_dropout_job;

/// The kernels of one instruction set.
typedef struct {
  rs_job gelu_forward, gelu_backward;
  rs_job layer_norm_forward, layer_norm_backward;
  rs_job depthwise_row, depthwise_input_gradient_row, depthwise_weight_chunk;
  rs_job attention_pack, attention_forward, attention_backward, attention_merge;
  rs_job resize_row, resize_gradient_row;
  rs_job dropout_row, pyramid_row;
  /// Packs rows[count][depth], `step` apart, for products with their transpose.
  void (*pack_transposed)(const float *rows, int64_t step, int count, int depth, float *packed);
} rs_layer_table;

extern const rs_layer_table rs_layers_portable;
#if defined(__x86_64__)
extern const rs_layer_table rs_layers_avx2, rs_layers_avx512;
#endif

/// The kernels of the instruction set in use.
const rs_layer_table *rs_layers(void);
