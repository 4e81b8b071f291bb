// Pooling.
#pragma once
#include "pool.h"
#include "types.h"

/// y = the largest of each size x size window, step `size`; incomplete windows are dropped.
void rs_max_pool_forward(rs_type type, rs_pool *pool, int size, const rs_view *x, const rs_view *y);

/// dx = or +=: dy goes to the first largest pixel of its window in row order, as in PyTorch.
void rs_max_pool_backward(rs_type type, rs_pool *pool, int size, const rs_view *x,
                          const rs_view *dy, const rs_view *dx, int accumulate);
