// The single-precision convolutions: RS_CONV_WINOGRAD and RS_CONV_DIRECT, groups = 1.
//
// A convolution's `algorithm` must be one of the two; Winograd falls back to direct where
// `rs_conv_is_winograd` is false. Results have the same bits on any number of threads.
#pragma once
#include "convolution.h"
#include "fused.h"

/// A pass over a convolution.
typedef enum {
  RS_PASS_FORWARD = 0,
  RS_PASS_INPUT_GRADIENT = 1,
  RS_PASS_WEIGHT_GRADIENT = 2,
} rs_pass;

/// Whether F(4x4, 3x3) applies: 3 x 3, stride 1, dilation 1, padding at most 2, groups = 1.
int rs_conv_is_winograd(const rs_conv *conv);

/// Whether the direct kernels have this pass: groups = 1, and stride at most 4 for the gradient by
/// the input.
int rs_conv_is_direct(const rs_conv *conv, rs_pass pass);

/// The faster algorithm for float: Winograd unless `exact` or too few channels, else direct, else
/// GEMM, for groups naive.
rs_conv_algorithm rs_conv_fastest(const rs_conv *conv, int exact);

/// Floats of the packed weights of the forward or input gradient pass.
size_t rs_fused_packed_count(const rs_conv *conv, rs_pass pass);

/// Packs weights (outputs, inputs, kernel_h, kernel_w) for that pass and the instruction set in use.
/// `pool` may be NULL.
void rs_fused_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                   float *packed);

/// Bytes of scratch of a pass. x: (n, h, w, inputs), y: (n, h', w', outputs); data is not read.
size_t rs_fused_scratch_bytes(const rs_conv *conv, rs_pass pass, const rs_view *x,
                              const rs_view *y, int threads);

/// Blocks of sums that a pass makes for what it writes (y forward, dx backward), by shape alone.
int rs_fused_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *x, const rs_view *y);

/// y = conv(x).
void rs_fused_forward(rs_pool *pool, const rs_conv *conv, const rs_source *x, const float *packed,
                      const rs_sink *y, void *scratch);

/// dx = the gradient by the input; also a transposed convolution of dy. Pooling only where stride = 1.
void rs_fused_input_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *dy,
                             const float *packed, const rs_sink *dx, void *scratch);

/// dw += the gradient by the weights, in the weights' layout (outputs, inputs, kernel_h, kernel_w).
void rs_fused_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                              const rs_source *dy, float *dw, void *scratch);
