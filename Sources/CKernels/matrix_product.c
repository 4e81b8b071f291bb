#include "include/matrix_product.h"

#include <cblas.h>
#include <string.h>

#include "fast_kernels.h"
#include "real.h"

enum {
  BLOCK_ROWS = 256,
  LEAST_DEPTH = 256, // of a chunk
  MOST_CHUNKS = 16,
};

typedef struct {
  rs_type type;
  int rows, columns, depth;
  rs_matrix a, b, c;
  int accumulate, chunks;
  char *partials;
} product_job;

static size_t size_of(rs_type type) { return type == RS_FLOAT32 ? sizeof(float) : sizeof(double); }

/// The matrix from row `first` of it on, or from column `first` on.
static rs_matrix part_of(rs_type type, const rs_matrix *m, int64_t first, int is_column) {
  const int64_t step = (is_column != 0) != (m->transposed != 0) ? 1 : m->stride;
  rs_matrix part = *m;
  part.data = (char *)m->data + first * step * (int64_t)size_of(type);
  return part;
}

void rs_matrix_product(rs_type type, int rows, int columns, int depth, const rs_matrix *a,
                       const rs_matrix *b, const rs_matrix *c, int accumulate) {
  const enum CBLAS_TRANSPOSE ta = a->transposed ? CblasTrans : CblasNoTrans;
  const enum CBLAS_TRANSPOSE tb = b->transposed ? CblasTrans : CblasNoTrans;
  if (type == RS_FLOAT32)
    cblas_sgemm(CblasRowMajor, ta, tb, rows, columns, depth, 1, a->data, (int)a->stride, b->data,
                (int)b->stride, accumulate ? 1 : 0, c->data, (int)c->stride);
  else
    cblas_dgemm(CblasRowMajor, ta, tb, rows, columns, depth, 1, a->data, (int)a->stride, b->data,
                (int)b->stride, accumulate ? 1 : 0, c->data, (int)c->stride);
}

static void block_of_rows(void *context, int item, int thread) {
  (void)thread;
  const product_job *job = context;
  const int first = item * BLOCK_ROWS, rows = rs_min(BLOCK_ROWS, job->rows - first);
  const rs_matrix a = part_of(job->type, &job->a, first, 0);
  const rs_matrix c = part_of(job->type, &job->c, first, 0);
  rs_matrix_product(job->type, rows, job->columns, job->depth, &a, &job->b, &c, job->accumulate);
}

void rs_matrix_product_rows(rs_type type, rs_pool *pool, int rows, int columns, int depth,
                            const rs_matrix *a, const rs_matrix *b, const rs_matrix *c,
                            int accumulate) {
  product_job job = {type, rows, columns, depth, *a, *b, *c, accumulate, 0, NULL};
  rs_run(pool, rs_divide_up(rows, BLOCK_ROWS), block_of_rows, &job);
}

static int chunks_of(int depth) {
  return rs_max(1, rs_min(MOST_CHUNKS, depth / LEAST_DEPTH));
}

size_t rs_matrix_product_depth_bytes(rs_type type, int rows, int columns, int depth) {
  return (size_t)chunks_of(depth) * (size_t)rows * (size_t)columns * size_of(type);
}

static void chunk_of_depth(void *context, int chunk, int thread) {
  (void)thread;
  const product_job *job = context;
  const int64_t first = (int64_t)job->depth * chunk / job->chunks;
  const int64_t end = (int64_t)job->depth * (chunk + 1) / job->chunks;
  const rs_matrix a = part_of(job->type, &job->a, first, 1);
  const rs_matrix b = part_of(job->type, &job->b, first, 0);
  const size_t size = (size_t)job->rows * (size_t)job->columns * size_of(job->type);
  const rs_matrix c = {job->partials + (size_t)chunk * size, job->columns, 0};
  rs_matrix_product(job->type, job->rows, job->columns, (int)(end - first), &a, &b, &c, 0);
}

void rs_matrix_product_depth(rs_type type, rs_pool *pool, int rows, int columns, int depth,
                             const rs_matrix *a, const rs_matrix *b, const rs_matrix *c,
                             void *scratch) {
  product_job job = {type, rows, columns, depth, *a, *b, *c, 0, chunks_of(depth), scratch};
  rs_run(pool, job.chunks, chunk_of_depth, &job);
  for (int chunk = 0; chunk < job.chunks; chunk++)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++) {
        const size_t from = ((size_t)chunk * (size_t)rows + (size_t)i) * (size_t)columns + (size_t)j;
        const size_t to = (size_t)i * (size_t)c->stride + (size_t)j;
        if (type == RS_FLOAT32) ((float *)c->data)[to] += ((const float *)scratch)[from];
        else ((double *)c->data)[to] += ((const double *)scratch)[from];
      }
}
