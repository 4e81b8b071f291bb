// Where single-precision kernels read from and write to, and what they do to values on the way:
// normalisation, rectifiers, pooling and the sums of batch normalisation cost no pass of their own.
//
// A plain call names nothing but the views: `(rs_source){.view = x}`, `(rs_sink){.view = y}`.
#pragma once
#include "pool.h"
#include "types.h"

/// What happens to a value when it is loaded.
typedef enum {
  RS_LOAD_PLAIN = 0,         ///< nothing
  RS_LOAD_AFFINE = 1,        ///< max(scale x + shift, lower)
  RS_LOAD_NORM_GRADIENT = 2, ///< gain (scale z + shift > lower ? x : 0) + slope z + offset
} rs_load;

/// Where a kernel reads from. Outside the image values are 0 after the load's arithmetic.
typedef struct {
  rs_view view; ///< float; x
  rs_load load;
  /// (c) each. `lower` is 0 under a rectifier, else -infinity, channel by channel.
  const float *scale, *shift, *lower;
  /// RS_LOAD_NORM_GRADIENT only: z, of the same shape, and (c) each: x is the gradient by
  /// max(scale z + shift, lower), the loaded value the gradient by z through batch normalisation.
  rs_view forward;
  const float *gain, *slope, *offset;
} rs_source;

/// Sums per channel over what was stored.
typedef enum {
  RS_SUMS_NONE = 0,
  RS_SUMS_MOMENTS = 1,  ///< mean and sum of squares about it
  RS_SUMS_GRADIENT = 2, ///< sum of m y and of m y (z - mean) inverse, m = scale z + shift > lower
} rs_sums;

/// Where a kernel writes to: y = or += result + bias, rectified or not, or bent by a slope.
typedef struct {
  rs_view view;      ///< float; y. data may be NULL in `rs_transfer` and `rs_max_pool2_backward`
  const float *bias; ///< (c) or NULL
  int rectify, accumulate;
  const float *slope; ///< (c) or NULL: what is below 0 is multiplied by it
  rs_view pooled; ///< float; (n, h / 2, w / 2, c): the 2 x 2 maxima of y; data = NULL: none
  rs_sums sums;
  float *partials; ///< blocks * `rs_sums_stride(c)`: the sums of each block, where `sums` asks
  /// RS_SUMS_GRADIENT only: z, of y's shape, and (c) each.
  rs_view forward;
  const float *scale, *shift, *lower, *mean, *inverse_deviation;
} rs_sink;

/// Floats of `partials` for one block.
size_t rs_sums_stride(int channels);

/// Merges the blocks of RS_SUMS_MOMENTS in their order, in double: mean, m2 (c) out. Gives the number
/// of pixels.
double rs_sums_merge_moments(const float *partials, int blocks, int channels, double *mean,
                             double *m2);

/// Adds up the blocks of RS_SUMS_GRADIENT in their order, in double: sum, product (c) out.
void rs_sums_merge_gradients(const float *partials, int blocks, int channels, double *sum,
                             double *product);

/// Blocks of sums that `rs_transfer` and `rs_max_pool2_backward` make for a view, by shape alone.
int rs_transfer_sum_blocks(const rs_view *y);

/// y = or += x, value by value, through everything that source and sink can do: normalisation,
/// rectifier, pooling, batch statistics (view.data = NULL: without storing y), gradient through a
/// batch norm. y may be x.
void rs_transfer(rs_pool *pool, const rs_source *x, const rs_sink *y);

/// dx = or +=: dy goes to the first largest pixel of each 2 x 2 window of x in row order.
/// dy: (n, h / 2, w / 2, c). The sums of dx may be taken on the way, also without storing it.
void rs_max_pool2_backward(rs_pool *pool, const rs_source *x, const rs_view *dy, const rs_sink *dx);
