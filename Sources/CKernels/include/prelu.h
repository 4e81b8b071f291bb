// Rectifiers with a slope, the logistic function, differences without sign.
#pragma once
#include "pool.h"
#include "types.h"

/// y = x where x > 0, else weight x. weight: (c). y may be x.
void rs_prelu_forward(rs_type type, rs_pool *pool, const rs_view *x, const void *weight,
                      const rs_view *y);

/// dx = or += dy where x > 0, else weight dy (dx.data = NULL: not wanted); dweight (c) += the sum of
/// x dy where x <= 0. scratch: `rs_channel_sums_count` doubles.
void rs_prelu_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                       const void *weight, const rs_view *dx, int accumulate, void *dweight,
                       double *scratch);

/// y = bent(a x + b), bent(v) = v where v > 0, else slope v. factors: a, then b; all (c); y may be x.
void rs_affine_prelu(rs_type type, rs_pool *pool, const rs_view *x, const void *factors,
                     const void *slope, const rs_view *y);

/// y = 1 / (1 + exp(-x)); y may be x.
void rs_sigmoid_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y);

/// dx = or += dy y (1 - y). y: the forward result.
void rs_sigmoid_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                         const rs_view *dx, int accumulate);

/// y = |a - b|.
void rs_absolute_difference_forward(rs_type type, rs_pool *pool, const rs_view *a,
                                    const rs_view *b, const rs_view *y);

/// dx = or += dy where x > other, -dy where x < other, 0 where they are equal: the gradient
/// by either operand of |x - other|.
void rs_absolute_difference_backward(rs_type type, rs_pool *pool, const rs_view *x,
                                     const rs_view *other, const rs_view *dy, const rs_view *dx,
                                     int accumulate);
