// What the loops over channels share with the code that sets up their jobs. They are plain C that the
// compiler turns into vectors, built for double and for float once for each instruction set.
#pragma once
#include "fast_kernels.h"
#include "include/pool.h"
#include "include/types.h"

/// An item is a block of rows of one image (of y for pools).
typedef struct {
  rs_view x, other, dy, y; // y: or the gradient that is written
  const void *slope;       // (c) of the element type
  const void *weight;      // (c) of the element type; of norms some times (n, c)
  int size, stride, padding;
  int accumulate;
  int rows, blocks; // rows of a block, blocks of an image
  double factor;
  double *partials; // [item][c]
} rs_context_job;

/// The pair of depthwise convolutions of CGNet: an item is a block of rows.
typedef struct {
  rs_view x, y; // y: twice the channels of x
  int dilation, rows, blocks;
  const float *packed; // RS_PAIR_ROWS times (padded channels of x)
} rs_pair_job;

/// 9 taps near and 9 around, then shift and slope near, then around.
enum { RS_PAIR_ROWS = 22 };

/// The kernels of one element type and instruction set.
typedef struct {
  rs_job prelu_forward, prelu_backward;
  rs_job absolute_difference_forward, absolute_difference_backward;
  rs_job average_forward, average_backward;
  rs_job pair; // float only
  rs_job channel_sums, channel_products, spread, gate;
  rs_job affine_prelu;
  rs_job centred_squares, centred_products, image_affine;
} rs_context_table;

/// The kernels of an element type, of the instruction set in use.
const rs_context_table *rs_context(rs_type type);

/// Blocks of rows of each image of a view, by shape alone.
int rs_context_blocks(const rs_view *v);

/// Runs a job over the rows of a view.
void rs_context_run(rs_pool *pool, rs_job kernel, const rs_view *rows, rs_context_job job);

/// Runs a job that sums up for each item and channel, from sums of 0.
void rs_context_sum(rs_pool *pool, rs_job kernel, const rs_view *x, rs_context_job job,
                    double *partials);

/// The sum over the items first ..< first + count of a channel, in their order.
double rs_context_total(const double *partials, int first, int count, int channels, int c);

/// Element `index` of `to` = or += value.
void rs_context_put(rs_type type, void *to, int64_t index, double value, int accumulate);

/// Element `index`.
double rs_context_element(rs_type type, const void *from, int64_t index);

extern const rs_context_table rs_context_f64, rs_context_portable;
#if defined(__x86_64__)
extern const rs_context_table rs_context_avx2, rs_context_avx512;
#endif
