// Sets up bilinear resizing; its plain loops in double.
#include "include/resize.h"

#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "real.h"

size_t rs_resize_scratch_bytes(const rs_view *y) {
  return (size_t)(y->h + y->w) * sizeof(rs_resize_tap);
}

void rs_resize_find_taps(int inputs, int outputs, rs_resize_tap *taps) {
  const double scale = (double)inputs / outputs;
  for (int i = 0; i < outputs; i++) {
    const double at = fmax(0, (i + 0.5) * scale - 0.5);
    const int first = rs_min((int)at, inputs - 1);
    taps[i] = (rs_resize_tap){first, rs_min(first + 1, inputs - 1), at - first};
  }
}

static rs_resize_job job_of(const rs_view *x, const rs_view *y, int accumulate, void *scratch) {
  rs_resize_tap *rows = scratch, *columns = rows + y->h;
  rs_resize_find_taps(x->h, y->h, rows);
  rs_resize_find_taps(x->w, y->w, columns);
  return (rs_resize_job){*x, *y, rows, columns, accumulate};
}

static double *line(const rs_view *v, int image, int h) {
  return (double *)v->data + ((int64_t)image * v->h + h) * v->w * v->stride;
}

static void row_double(void *context, int item, int thread) {
  (void)thread;
  const rs_resize_job *job = context;
  const rs_view *x = &job->x, *y = &job->y;
  const rs_resize_tap row = job->rows[item % y->h];
  const double *upper = line(x, item / y->h, row.first), *lower = line(x, item / y->h, row.second);
  double *to = line(y, item / y->h, item % y->h);
  for (int w = 0; w < y->w; w++, to += y->stride) {
    const rs_resize_tap tap = job->columns[w];
    const int64_t a = tap.first * x->stride, b = tap.second * x->stride;
    for (int c = 0; c < y->c; c++) {
      const double v =
          (1 - row.weight) * ((1 - tap.weight) * upper[a + c] + tap.weight * upper[b + c]) +
          row.weight * ((1 - tap.weight) * lower[a + c] + tap.weight * lower[b + c]);
      to[c] = job->accumulate ? to[c] + v : v;
    }
  }
}

static void gradient_row_double(void *context, int item, int thread) {
  (void)thread;
  const rs_resize_job *job = context;
  const rs_view *dx = &job->x, *dy = &job->y;
  const int image = item / dx->h, h = item % dx->h;
  double *to = line(dx, image, h);
  if (!job->accumulate)
    for (int w = 0; w < dx->w; w++) memset(to + w * dx->stride, 0, (size_t)dx->c * sizeof(double));
  for (int row = 0; row < dy->h; row++) {
    const rs_resize_tap tap = job->rows[row];
    const double factor = (tap.first == h ? 1 - tap.weight : 0) + (tap.second == h ? tap.weight : 0);
    if (factor == 0) continue;
    const double *g = line(dy, image, row);
    for (int w = 0; w < dy->w; w++, g += dy->stride) {
      const rs_resize_tap column = job->columns[w];
      for (int c = 0; c < dy->c; c++) {
        to[column.first * dx->stride + c] += factor * (1 - column.weight) * g[c];
        to[column.second * dx->stride + c] += factor * column.weight * g[c];
      }
    }
  }
}

void rs_resize_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y,
                       int accumulate, void *scratch) {
  rs_resize_job job = job_of(x, y, accumulate, scratch);
  rs_run(pool, y->n * y->h, type == RS_FLOAT32 ? rs_layers()->resize_row : row_double, &job);
}

void rs_resize_backward(rs_type type, rs_pool *pool, const rs_view *dy, const rs_view *dx,
                        int accumulate, void *scratch) {
  rs_resize_job job = job_of(dx, dy, accumulate, scratch);
  rs_run(pool, dx->n * dx->h,
         type == RS_FLOAT32 ? rs_layers()->resize_gradient_row : gradient_row_double, &job);
}
