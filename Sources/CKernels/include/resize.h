// Bilinear resizing by pixel areas (PyTorch's align_corners = False), without antialiasing.
#pragma once
#include "pool.h"
#include "types.h"

/// Bytes of scratch between views of these heights and widths. x or y: the larger plays no role.
size_t rs_resize_scratch_bytes(const rs_view *y);

/// y = or += x resized to y's height and width.
void rs_resize_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y,
                       int accumulate, void *scratch);

/// dx = or += the gradient by x.
void rs_resize_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                        int accumulate, void *scratch);
