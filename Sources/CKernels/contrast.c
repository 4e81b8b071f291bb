// Products of sets of vectors by OpenBLAS. Shapes and owners: contrast.h.
#include "contrast.h"

#include <cblas.h>

void rs_contrast_similarities(size_t rows, size_t columns, size_t depth, double factor,
                              const double *a, const double *b, double *similarities) {
  if (rows == 0 || columns == 0) return;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)columns, (int)depth, factor,
              a, (int)depth, b, (int)depth, 0, similarities, (int)columns);
}

void rs_contrast_add_rows(size_t rows, size_t columns, size_t depth, double factor,
                          const double *weights, const double *b, double *sums) {
  if (rows == 0 || columns == 0) return;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)depth, (int)columns,
              factor, weights, (int)columns, b, (int)depth, 1, sums, (int)depth);
}

void rs_contrast_add_columns(size_t rows, size_t columns, size_t depth, size_t stride,
                             double factor, const double *weights, const double *a, double *sums) {
  if (rows == 0 || columns == 0) return;
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)columns, (int)depth, (int)rows, factor,
              weights, (int)stride, a, (int)depth, 1, sums, (int)depth);
}
