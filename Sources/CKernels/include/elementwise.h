// Pixel by pixel: rectifier, copies between views.
#pragma once
#include "pool.h"
#include "types.h"

/// y = max(x, 0); y may be x.
void rs_relu_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y);

/// dx = or += dy where y > 0, else 0. y: the forward result; dx may be dy.
void rs_relu_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                      const rs_view *dx, int accumulate);

/// y = or += x, for views of the same shape and any strides.
void rs_copy(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y, int accumulate);

/// y = x from the pixel (top, left) on, with the last row and column repeated down and right where y
/// reaches beyond x.
void rs_replicate_forward(rs_type type, rs_pool *pool, const rs_view *x, int top, int left,
                          const rs_view *y);

/// dx = or += dy summed over the copies of each pixel.
void rs_replicate_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                           int accumulate);
