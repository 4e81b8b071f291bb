#include "include/pooling.h"

#include <string.h>

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
  max_pool_job job = {size, 0, x, y, NULL};
  rs_pool_run(pool, y->n * y->h,
              type == RS_FLOAT32 ? max_pool_forward_row_f32 : max_pool_forward_row_f64, &job);
}

void rs_max_pool_backward(rs_type type, rs_pool *pool, int size, const rs_view *x,
                          const rs_view *dy, const rs_view *dx, int accumulate) {
  max_pool_job job = {size, accumulate, x, dy, dx};
  rs_pool_run(pool, x->n * rs_divide_up(x->h, size),
              type == RS_FLOAT32 ? max_pool_backward_rows_f32 : max_pool_backward_rows_f64, &job);
}
