// Activations that are more than a comparison.
#pragma once
#include "pool.h"
#include "types.h"

/// y = x Φ(x), Φ the standard normal distribution (erf form); y may be x.
void rs_gelu_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y);

/// dx = or += dy (Φ(x) + x φ(x)); dx may be dy.
void rs_gelu_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                      const rs_view *dx, int accumulate);
