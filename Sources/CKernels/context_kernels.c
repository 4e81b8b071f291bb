// Sets up the loops over channels: rectifiers with a slope, averages, gates, differences.
#include "context_kernels.h"

#include <math.h>
#include <string.h>

#include "include/averages.h"
#include "include/instruction_sets.h"
#include "include/prelu.h"
#include "real.h"

enum { BLOCK_ELEMENTS = 16384 };

const rs_context_table *rs_context(rs_type type) {
  if (type == RS_FLOAT64) return &rs_context_f64;
  switch (rs_isa_current()) {
#if defined(__x86_64__)
    case RS_ISA_AVX512: return &rs_context_avx512;
    case RS_ISA_AVX2: return &rs_context_avx2;
#endif
    default: return &rs_context_portable;
  }
}

/// Rows of a block, by shape alone.
static int block_rows(const rs_view *v) {
  const int64_t rows = BLOCK_ELEMENTS / ((int64_t)v->w * v->c);
  return rows < 1 ? 1 : rows > v->h ? v->h : (int)rows;
}

int rs_context_blocks(const rs_view *v) { return rs_divide_up(v->h, block_rows(v)); }

void rs_context_run(rs_pool *pool, rs_job kernel, const rs_view *rows, rs_context_job job) {
  job.rows = block_rows(rows);
  job.blocks = rs_context_blocks(rows);
  rs_pool_run(pool, rows->n * job.blocks, kernel, &job);
}

size_t rs_channel_sums_count(const rs_view *x) {
  return (size_t)(x->n * rs_context_blocks(x)) * (size_t)x->c;
}

void rs_context_sum(rs_pool *pool, rs_job kernel, const rs_view *x, rs_context_job job,
                    double *scratch) {
  memset(scratch, 0, rs_channel_sums_count(x) * sizeof(double));
  job.partials = scratch;
  rs_context_run(pool, kernel, x, job);
}

double rs_context_total(const double *partials, int first, int count, int channels, int c) {
  double sum = 0;
  for (int k = first; k < first + count; k++) sum += partials[(size_t)k * (size_t)channels + c];
  return sum;
}

void rs_context_put(rs_type type, void *to, int64_t index, double value, int accumulate) {
  if (type == RS_FLOAT32) {
    float *p = (float *)to + index;
    *p = (float)(accumulate ? (double)*p + value : value);
  } else {
    double *p = (double *)to + index;
    *p = accumulate ? *p + value : value;
  }
}

/// y (n, 1, 1, c) = or += factor times the sums of each image.
static void put_totals(rs_type type, const rs_view *x, const double *partials, double factor,
                       const rs_view *y, int accumulate) {
  const int blocks = rs_context_blocks(x);
  for (int n = 0; n < x->n; n++)
    for (int c = 0; c < x->c; c++)
      rs_context_put(type, y->data, n * y->stride + c, factor * rs_context_total(partials, n * blocks, blocks, x->c, c),
          accumulate);
}

void rs_prelu_forward(rs_type type, rs_pool *pool, const rs_view *x, const void *weight,
                      const rs_view *y) {
  rs_context_run(pool, rs_context(type)->prelu_forward, y, (rs_context_job){.x = *x, .y = *y, .weight = weight});
}

void rs_prelu_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                       const void *weight, const rs_view *dx, int accumulate, void *dweight,
                       double *scratch) {
  rs_context_sum(pool, rs_context(type)->prelu_backward, x,
           (rs_context_job){
               .x = *x, .dy = *dy, .y = *dx, .weight = weight, .accumulate = accumulate},
           scratch);
  for (int c = 0; c < x->c; c++)
    rs_context_put(type, dweight, c, rs_context_total(scratch, 0, x->n * rs_context_blocks(x), x->c, c), 1);
}

void rs_affine_prelu(rs_type type, rs_pool *pool, const rs_view *x, const void *factors,
                     const void *slope, const rs_view *y) {
  rs_context_run(pool, rs_context(type)->affine_prelu, y,
                 (rs_context_job){.x = *x, .y = *y, .weight = factors, .slope = slope});
}

void rs_absolute_difference_forward(rs_type type, rs_pool *pool, const rs_view *a,
                                    const rs_view *b, const rs_view *y) {
  rs_context_run(pool, rs_context(type)->absolute_difference_forward, y,
      (rs_context_job){.x = *a, .other = *b, .y = *y});
}

void rs_absolute_difference_backward(rs_type type, rs_pool *pool, const rs_view *x,
                                     const rs_view *other, const rs_view *dy, const rs_view *dx,
                                     int accumulate) {
  rs_context_run(pool, rs_context(type)->absolute_difference_backward, dx,
      (rs_context_job){.x = *x, .other = *other, .dy = *dy, .y = *dx, .accumulate = accumulate});
}

void rs_average_pool_forward(rs_type type, rs_pool *pool, int size, int stride, int padding,
                             const rs_view *x, const rs_view *y) {
  rs_context_run(pool, rs_context(type)->average_forward, y,
      (rs_context_job){.x = *x, .y = *y, .size = size, .stride = stride, .padding = padding,
                       .factor = 1.0 / (size * size)});
}

void rs_average_pool_backward(rs_type type, rs_pool *pool, int size, int stride, int padding,
                              const rs_view *dy, const rs_view *dx, int accumulate) {
  rs_context_run(pool, rs_context(type)->average_backward, dx,
      (rs_context_job){.dy = *dy, .y = *dx, .size = size, .stride = stride, .padding = padding,
                       .accumulate = accumulate, .factor = 1.0 / (size * size)});
}

void rs_global_average_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y,
                               double *scratch) {
  rs_context_sum(pool, rs_context(type)->channel_sums, x, (rs_context_job){.x = *x}, scratch);
  put_totals(type, x, scratch, 1.0 / ((double)x->h * x->w), y, 0);
}

void rs_global_average_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                                int accumulate) {
  rs_context_run(pool, rs_context(type)->spread, dx,
      (rs_context_job){.dy = *dy, .y = *dx, .accumulate = accumulate,
                       .factor = 1.0 / ((double)dx->h * dx->w)});
}

void rs_gate(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *gate,
             const rs_view *residual, const rs_view *y, int accumulate) {
  rs_context_run(pool, rs_context(type)->gate, y,
      (rs_context_job){
          .x = *x, .dy = *gate, .other = *residual, .y = *y, .accumulate = accumulate});
}

void rs_gate_gradient(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                      const rs_view *dgate, int accumulate, double *scratch) {
  rs_context_sum(pool, rs_context(type)->channel_products, x, (rs_context_job){.x = *x, .dy = *dy},
           scratch);
  put_totals(type, x, scratch, 1, dgate, accumulate);
}

// The logistic function is for gates of few elements: one thread, in double.

double rs_context_element(rs_type type, const void *from, int64_t index) {
  return type == RS_FLOAT32 ? (double)((const float *)from)[index] : ((const double *)from)[index];
}

static double element(rs_type type, const rs_view *v, int64_t pixel, int c) {
  return rs_context_element(type, v->data, pixel * v->stride + c);
}

void rs_sigmoid_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y) {
  (void)pool;
  for (int64_t p = 0; p < rs_pixels(x); p++)
    for (int c = 0; c < x->c; c++) {
      const double e = exp(-fabs(element(type, x, p, c))); // never overflows
      rs_context_put(type, y->data, p * y->stride + c,
          (element(type, x, p, c) >= 0 ? 1 : e) / (1 + e), 0);
    }
}

void rs_sigmoid_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                         const rs_view *dx, int accumulate) {
  (void)pool;
  for (int64_t p = 0; p < rs_pixels(y); p++)
    for (int c = 0; c < y->c; c++) {
      const double s = element(type, y, p, c);
      rs_context_put(type, dx->data, p * dx->stride + c, element(type, dy, p, c) * s * (1 - s), accumulate);
    }
}
