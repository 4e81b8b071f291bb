#include "include/pooling.h"

#include <string.h>

#include "include/fused.h"
#include "real.h"

typedef struct {
  int size, accumulate;
  const rs_view *x, *y, *dx; // y: the output, or the gradient by it
} max_pool_job;

#define REAL float
#define NAME(x) x##_f32
#include "pooling.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "pooling.inc"
#undef REAL
#undef NAME

void rs_max_pool_forward(rs_type type, rs_pool *pool, int size, const rs_view *x,
                         const rs_view *y) {
  if (type == RS_FLOAT32 && size == 2) {
    const rs_source source = {.view = *x};
    rs_sink sink = {.view = *x, .pooled = *y};
    sink.view.data = NULL;
    rs_transfer(pool, &source, &sink);
    return;
  }
  max_pool_job job = {size, 0, x, y, NULL};
  rs_pool_run(pool, y->n * y->h,
              type == RS_FLOAT32 ? max_pool_forward_row_f32 : max_pool_forward_row_f64, &job);
}

void rs_max_pool_backward(rs_type type, rs_pool *pool, int size, const rs_view *x,
                          const rs_view *dy, const rs_view *dx, int accumulate) {
  if (type == RS_FLOAT32 && size == 2) {
    const rs_source source = {.view = *x};
    const rs_sink sink = {.view = *dx, .accumulate = accumulate};
    rs_max_pool2_backward(pool, &source, dy, &sink);
    return;
  }
  max_pool_job job = {size, accumulate, x, dy, dx};
  rs_pool_run(pool, x->n * rs_divide_up(x->h, size),
              type == RS_FLOAT32 ? max_pool_backward_rows_f32 : max_pool_backward_rows_f64, &job);
}
