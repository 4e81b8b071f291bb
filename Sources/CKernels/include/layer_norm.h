// Layer normalisation: over the channels of each pixel.
#pragma once
#include "pool.h"
#include "types.h"

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias, pixel by pixel; y may be x.
/// weight, bias: (c).
void rs_layer_norm_forward(rs_type type, rs_pool *pool, const rs_view *x, const void *weight,
                           const void *bias, double epsilon, const rs_view *y);

/// Bytes of scratch of the backward pass, by shape alone.
size_t rs_layer_norm_scratch_bytes(rs_type type, const rs_view *x);

/// dx = or += the gradient by x (dx.data = NULL: not wanted; dx may be dy); dweight, dbias (c) are
/// added to, chunk by chunk in order, so that the bits do not depend on the number of threads.
void rs_layer_norm_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                            const void *weight, double epsilon, const rs_view *dx, int accumulate,
                            void *dweight, void *dbias, void *scratch);
