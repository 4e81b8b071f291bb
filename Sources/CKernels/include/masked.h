// Sums and masks: residual connections, dropout, drop path.
#pragma once
#include "pool.h"
#include "types.h"

/// y = or += a + factor mask b. a: NULL: none; mask: NULL: 1, else any of its n, h, w and c may be 1
/// where y's is larger. y may be a or b.
void rs_masked_sum(rs_type type, rs_pool *pool, const rs_view *a, const rs_view *b,
                   const rs_view *mask, double factor, const rs_view *y, int accumulate);

/// y = value, (1, 1, 1, c), at all pixels.
void rs_fill(rs_type type, rs_pool *pool, const rs_view *value, const rs_view *y);

/// 1 with probability 1 - rate, else 0, for number `index` of the stream `key`: the same always.
int rs_is_kept(uint64_t key, uint64_t index, double rate);

/// y = or += x / (1 - rate) where element (n, h, w, c) number i of `key` is kept, else 0.
void rs_dropout(rs_type type, rs_pool *pool, const rs_view *x, uint64_t key, double rate,
                const rs_view *y, int accumulate);
