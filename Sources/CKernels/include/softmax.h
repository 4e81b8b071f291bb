// Softmax over the channels of each pixel.
#pragma once
#include "pool.h"
#include "types.h"

/// y = softmax(x), or its logarithm; y may be x.
void rs_softmax_forward(rs_type type, rs_pool *pool, const rs_view *x, int logarithmic,
                        const rs_view *y);

/// dx = or += the gradient by x, from the forward result y.
void rs_softmax_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                         int logarithmic, const rs_view *dx, int accumulate);
