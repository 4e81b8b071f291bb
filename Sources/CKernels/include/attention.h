// Multi-head attention of the pixels of one image to those of another, block by block of queries:
// the matrix of all products is never stored.
#pragma once
#include "pool.h"
#include "types.h"

/// The operands. q, o: (n, h, w, c); k, v: (n, h', w', c). Head i has the channels
/// i c / heads ..< (i + 1) c / heads; products are scaled by 1 / sqrt(c / heads).
typedef struct {
  rs_view q, k, v;
  int32_t heads;
} rs_attention;

/// Bytes of scratch of a pass; only shapes are read.
size_t rs_attention_scratch_bytes(rs_type type, const rs_attention *attention, int backward,
                                  int threads);

/// o = softmax(q kᵀ scale) v, head by head.
void rs_attention_forward(rs_type type, rs_pool *pool, const rs_attention *attention,
                          const rs_view *o, void *scratch);

/// The gradients by q, k and v (data = NULL: not wanted), each = or += by the bits 1, 2 and 4 of
/// `accumulate`. The softmax is computed anew. Sums over queries are cut into chunks by shape alone
/// and added in order, so the bits do not depend on the number of threads.
void rs_attention_backward(rs_type type, rs_pool *pool, const rs_attention *attention,
                           const rs_view *grad_o, const rs_view *dq, const rs_view *dk,
                           const rs_view *dv, int accumulate, void *scratch);
