#include "include/softmax.h"

#include <math.h>

#include "fast_kernels.h"
#include "real.h"

typedef struct {
  const rs_view *x, *dy, *y; // x: or the forward result; y: or dx
  int logarithmic, accumulate;
} softmax_job;

#define REAL float
#define EXP expf
#define LOG logf
#define NAME(x) x##_f32
#include "softmax.inc"
#undef REAL
#undef EXP
#undef LOG
#undef NAME

#define REAL double
#define EXP exp
#define LOG log
#define NAME(x) x##_f64
#include "softmax.inc"
#undef REAL
#undef EXP
#undef LOG
#undef NAME

void rs_softmax_forward(rs_type type, rs_pool *pool, const rs_view *x, int logarithmic,
                        const rs_view *y) {
  softmax_job job = {x, NULL, y, logarithmic, 0};
  rs_run(pool, x->n * x->h, type == RS_FLOAT32 ? softmax_row_f32 : softmax_row_f64, &job);
}

void rs_softmax_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                         int logarithmic, const rs_view *dx, int accumulate) {
  softmax_job job = {y, dy, dx, logarithmic, accumulate};
  rs_run(pool, y->n * y->h,
         type == RS_FLOAT32 ? softmax_gradient_row_f32 : softmax_gradient_row_f64, &job);
}
