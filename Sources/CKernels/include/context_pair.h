// What is near a pixel and what surrounds it, for prediction: two depthwise 3x3 convolutions of one
// input, one of them dilated, with the batch norm and the bent rectifier behind both (CGNet). Float.
#pragma once
#include "pool.h"
#include "types.h"

/// Floats of the packed weights of so many input channels.
size_t rs_context_pair_packed_count(int channels);

/// Packs weights (channels, 1, 3, 3) near and around, times scale, with shift and slope: (2 channels)
/// each, those of `near` first.
void rs_context_pair_pack(int channels, const float *near, const float *around, const float *scale,
                          const float *shift, const float *slope, float *packed);

/// y (n, h, w, 2 c) = bent(scale conv(x) + shift), x: (n, h, w, c); padding keeps the size.
void rs_context_pair(rs_pool *pool, int dilation, const float *packed, const rs_view *x,
                     const rs_view *y);
