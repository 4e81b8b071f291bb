// Products of sets of vectors, as contrastive losses need them. All arrays are double, row by row,
// contiguous, owned by the caller; none may overlap. Nothing is allocated.
#pragma once
#include <stddef.h>

/// similarities (rows, columns) out: factor times the inner product of each row of a (rows, depth)
/// with each row of b (columns, depth).
void rs_contrast_similarities(size_t rows, size_t columns, size_t depth, double factor,
                              const double *a, const double *b, double *similarities);

/// Adds to sums (rows, depth): factor times the sum over j of weights[i][j] b[j], weights
/// (rows, columns), b (columns, depth).
void rs_contrast_add_rows(size_t rows, size_t columns, size_t depth, double factor,
                          const double *weights, const double *b, double *sums);

/// Adds to sums (columns, depth): factor times the sum over i of weights[i][j] a[i], weights
/// (rows, columns) with `stride` elements from row to row, a (rows, depth).
void rs_contrast_add_columns(size_t rows, size_t columns, size_t depth, size_t stride,
                             double factor, const double *weights, const double *a, double *sums);
