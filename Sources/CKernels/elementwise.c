#include "include/elementwise.h"

#include <string.h>

#include "real.h"

typedef struct {
  const rs_view *x, *dy, *y;
  int accumulate;
  int top, left; // of the part of x that is copied
} view_job;

#define REAL float
#define NAME(x) x##_f32
#include "elementwise.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "elementwise.inc"
#undef REAL
#undef NAME

static void run_rows(rs_type type, rs_pool *pool, const rs_view *rows, rs_job f32, rs_job f64,
                     view_job *job) {
  rs_pool_run(pool, rows->n * rows->h, type == RS_FLOAT32 ? f32 : f64, job);
}

void rs_relu_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y) {
  view_job job = {.x = x, .y = y};
  run_rows(type, pool, x, relu_forward_row_f32, relu_forward_row_f64, &job);
}

void rs_relu_backward(rs_type type, rs_pool *pool, const rs_view *y, const rs_view *dy,
                      const rs_view *dx, int accumulate) {
  view_job job = {.x = y, .dy = dy, .y = dx, .accumulate = accumulate};
  run_rows(type, pool, y, relu_backward_row_f32, relu_backward_row_f64, &job);
}

void rs_copy(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y, int accumulate) {
  view_job job = {.x = x, .y = y, .accumulate = accumulate};
  run_rows(type, pool, x, copy_row_f32, copy_row_f64, &job);
}

void rs_replicate_forward(rs_type type, rs_pool *pool, const rs_view *x, int top, int left,
                          const rs_view *y) {
  view_job job = {.x = x, .y = y, .top = top, .left = left};
  run_rows(type, pool, y, replicate_forward_row_f32, replicate_forward_row_f64, &job);
}

void rs_replicate_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                           int accumulate) {
  view_job job = {.dy = dy, .y = dx, .accumulate = accumulate};
  run_rows(type, pool, dx, replicate_backward_row_f32, replicate_backward_row_f64, &job);
}
