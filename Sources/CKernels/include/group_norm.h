// Group normalisation: over the pixels and the channels of a group, image by image.
#pragma once
#include "pool.h"
#include "types.h"

/// Doubles of scratch of a pass for a tensor of this shape.
size_t rs_group_norm_scratch_count(const rs_view *x);

/// y = (x - mean) inverse_deviation weight + bias with the statistics of each image and group.
/// groups divides c. weight, bias: (c). saved: 2 n groups doubles (means, then inverse deviations)
/// that the backward pass reads. y may be x.
void rs_group_norm_forward(rs_type type, rs_pool *pool, int groups, const rs_view *x,
                           const void *weight, const void *bias, double epsilon, const rs_view *y,
                           double *saved, double *scratch);

/// dx = or += the gradient by x (dx.data = NULL: not wanted); dweight, dbias (c) are added to.
void rs_group_norm_backward(rs_type type, rs_pool *pool, int groups, const rs_view *x,
                            const rs_view *dy, const void *weight, const double *saved,
                            const rs_view *dx, int accumulate, void *dweight, void *dbias,
                            double *scratch);
