// Depthwise convolution: each channel with a filter of its own, and the GELU behind it.
#pragma once
#include "pool.h"
#include "types.h"

/// The geometry: weights are (channels, 1, kernel_h, kernel_w).
typedef struct {
  int32_t channels, kernel_h, kernel_w, stride, padding, dilation;
  int32_t gelu; ///< whether y = gelu(conv(x) + bias)
} rs_depthwise;

/// Bytes of scratch of the forward and of the backward pass. y: (n, h', w', channels).
size_t rs_depthwise_scratch_bytes(rs_type type, const rs_depthwise *conv, const rs_view *y);

/// y = conv(x) + bias, through GELU if asked. bias: (channels) or NULL.
void rs_depthwise_forward(rs_type type, rs_pool *pool, const rs_depthwise *conv, const rs_view *x,
                          const void *weight, const void *bias, const rs_view *y, void *scratch);

/// dx = or += the gradient by x (dx.data = NULL: not wanted), dweight and dbias (NULL: none) are
/// added to. `dy` is overwritten by the gradient before the GELU, which is computed anew from x.
void rs_depthwise_backward(rs_type type, rs_pool *pool, const rs_depthwise *conv, const rs_view *x,
                           const void *weight, const void *bias, const rs_view *dy,
                           const rs_view *dx, int accumulate, void *dweight, void *dbias,
                           void *scratch);
