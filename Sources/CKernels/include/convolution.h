// 2-D convolution and its gradients. A transposed convolution is the same three kernels with
// the roles of input and output exchanged.
#pragma once
#include "pool.h"
#include "types.h"

/// How a convolution is computed.
typedef enum {
  RS_CONV_NAIVE = 0, ///< plain loops: the oracle of the tests, and grouped convolutions
  RS_CONV_GEMM = 1,  ///< patches as rows of a matrix, multiplied by OpenBLAS; groups = 1
  RS_CONV_WINOGRAD = 2, ///< fused F(4x4, 3x3), float only (double: GEMM); groups = 1, stride 1
  RS_CONV_DIRECT = 3,   ///< straight from the views, float only (double: GEMM); groups = 1
} rs_conv_algorithm;

/// The geometry of a convolution: weights are (outputs, inputs / groups, kernel_h, kernel_w).
typedef struct {
  int32_t inputs, outputs;    ///< channels
  int32_t kernel_h, kernel_w; ///< taps
  int32_t stride, padding, dilation, groups;
  rs_conv_algorithm algorithm;
} rs_conv;

/// Elements of the packed weights of the forward pass (and of the pass to the input gradient).
size_t rs_conv_packed_count(const rs_conv *conv);

/// Bytes of scratch that any of the three passes needs for these views and threads.
size_t rs_conv_scratch_bytes(rs_type type, const rs_conv *conv, const rs_view *x, const rs_view *y,
                             int threads);

/// Packs weights for `rs_conv_forward`: [tap][input][output] for GEMM, unchanged for naive.
void rs_conv_pack_forward(rs_type type, const rs_conv *conv, const void *weight, void *packed);

/// Packs weights for `rs_conv_backward_input`: [tap][output][input] for GEMM, unchanged for naive.
void rs_conv_pack_backward(rs_type type, const rs_conv *conv, const void *weight, void *packed);

/// y = conv(x) + bias, or y += conv(x) where `accumulate` (it serves the gradient of transposed
/// convolutions; then there is no bias).
/// x: (n, h, w, inputs), y: (n, h', w', outputs), bias: (outputs) or NULL.
void rs_conv_forward(rs_type type, rs_pool *pool, const rs_conv *conv, const rs_view *x,
                     const void *packed, const void *bias, const rs_view *y, int accumulate,
                     void *scratch);

/// dx = gradient by the input, or dx += where `accumulate`; `bias` (inputs) or NULL is added to dx
/// (it serves transposed convolutions).
void rs_conv_backward_input(rs_type type, rs_pool *pool, const rs_conv *conv, const rs_view *dy,
                            const void *packed, const void *bias, const rs_view *dx, int accumulate,
                            void *scratch);

/// dw += gradient by the weights, in the weights' layout. The sum is cut into chunks by shape alone
/// and added in order, so the bits do not depend on the number of threads.
void rs_conv_backward_weight(rs_type type, rs_pool *pool, const rs_conv *conv, const rs_view *x,
                             const rs_view *dy, void *dw, void *scratch);

/// db += sum of dy over pixels, accumulated in double. db: (c).
void rs_bias_gradient(rs_type type, const rs_view *dy, void *db);

/// Keeps OpenBLAS from starting threads of its own: this library's pool calls it from each of its.
void rs_prepare_blas(void);
