// Matrix products by OpenBLAS, on the caller's thread.
#pragma once
#include "pool.h"
#include "types.h"

/// A row-major matrix: `stride` elements from one row to the next; `transposed`: read the other way,
/// so that rows and columns are those of the product.
typedef struct {
  void *data;
  int64_t stride;
  int transposed;
} rs_matrix;

/// c (rows, columns) = or += a (rows, depth) b (depth, columns).
void rs_matrix_product(rs_type type, int rows, int columns, int depth, const rs_matrix *a,
                       const rs_matrix *b, const rs_matrix *c, int accumulate);

/// The same with the rows of c in blocks on all threads; bits do not depend on their number.
void rs_matrix_product_rows(rs_type type, rs_pool *pool, int rows, int columns, int depth,
                            const rs_matrix *a, const rs_matrix *b, const rs_matrix *c,
                            int accumulate);

/// Bytes of scratch of `rs_matrix_product_depth`, by shape alone.
size_t rs_matrix_product_depth_bytes(rs_type type, int rows, int columns, int depth);

/// c += a b where the depth is long (pixels): chunks of it on all threads, added in order.
void rs_matrix_product_depth(rs_type type, rs_pool *pool, int rows, int columns, int depth,
                             const rs_matrix *a, const rs_matrix *b, const rs_matrix *c,
                             void *scratch);
