#include "include/masked.h"

#include <string.h>

#include "layer_kernels.h"
#include "random_draw.h"
#include "real.h"

typedef struct {
  const rs_view *a, *b, *mask, *y;
  double factor;
  int accumulate;
} masked_job;

#define REAL float
#define NAME(x) x##_f32
#include "masked.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "masked.inc"
#undef REAL
#undef NAME

void rs_masked_sum(rs_type type, rs_pool *pool, const rs_view *a, const rs_view *b,
                   const rs_view *mask, double factor, const rs_view *y, int accumulate) {
  masked_job job = {a, b, mask, y, factor, accumulate};
  rs_run(pool, y->n * y->h, type == RS_FLOAT32 ? masked_row_f32 : masked_row_f64, &job);
}

void rs_fill(rs_type type, rs_pool *pool, const rs_view *value, const rs_view *y) {
  masked_job job = {NULL, value, NULL, y, 1, 0};
  rs_run(pool, y->n * y->h, type == RS_FLOAT32 ? fill_row_f32 : fill_row_f64, &job);
}

static void dropout_row_double(void *context, int item, int thread) {
  (void)thread;
  const rs_dropout_job *job = context;
  const rs_view *x = &job->x, *y = &job->y;
  for (int w = 0; w < y->w; w++) {
    const int64_t pixel = (int64_t)item * y->w + w;
    const double *from = (const double *)x->data + pixel * x->stride;
    double *to = (double *)y->data + pixel * y->stride;
    for (int c = 0; c < y->c; c++) {
      const uint32_t drawn = rs_draw(job->key, (uint64_t)(pixel * y->c + c));
      const double v = drawn >= job->threshold ? from[c] * job->factor : 0;
      to[c] = job->accumulate ? to[c] + v : v;
    }
  }
}

/// Drawn numbers below it are dropped.
static uint32_t threshold_of(double rate) { return (uint32_t)(rate * 0x1p32); }

int rs_is_kept(uint64_t key, uint64_t index, double rate) {
  return rs_draw(key, index) >= threshold_of(rate);
}

void rs_dropout(rs_type type, rs_pool *pool, const rs_view *x, uint64_t key, double rate,
                const rs_view *y, int accumulate) {
  rs_dropout_job job = {*x, *y, key, threshold_of(rate), 1 / (1 - rate), accumulate};
  rs_run(pool, y->n * y->h,
         type == RS_FLOAT32 ? rs_layers()->dropout_row : dropout_row_double, &job);
}
