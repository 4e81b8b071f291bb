// Means over windows and over whole images, and the gates that are made of them.
#pragma once
#include "pool.h"
#include "types.h"

/// Doubles of scratch for sums over the pixels of each image and channel of x, by shape alone.
size_t rs_channel_sums_count(const rs_view *x);

/// y = the mean of each size x size window, `stride` apart, over `padding` zeros at each edge, which
/// count as pixels.
void rs_average_pool_forward(rs_type type, rs_pool *pool, int size, int stride, int padding,
                             const rs_view *x, const rs_view *y);

/// dx = or += dy / size² summed over the windows that hold a pixel.
void rs_average_pool_backward(rs_type type, rs_pool *pool, int size, int stride, int padding,
                              const rs_view *dy, const rs_view *dx, int accumulate);

/// y (n, 1, 1, c) = the mean over rows and columns. scratch: `rs_channel_sums_count` doubles.
void rs_global_average_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y,
                               double *scratch);

/// dx = or += dy / (h w). dy: (n, 1, 1, c).
void rs_global_average_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                                int accumulate);

/// y = or += x gate, with + residual where its data is not NULL. gate: (n, 1, 1, c). y may be x or
/// residual.
void rs_gate(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *gate,
             const rs_view *residual, const rs_view *y, int accumulate);

/// dgate (n, 1, 1, c) = or += the sum of x dy over rows and columns. scratch:
/// `rs_channel_sums_count` doubles.
void rs_gate_gradient(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                      const rs_view *dgate, int accumulate, double *scratch);
