// Sets up activations; their plain loops in double.
#include "include/activations.h"

#include <math.h>

#include "layer_kernels.h"
#include "real.h"

enum { RUN = 8192, RUNS_OF_PIXELS = 64 };

static void gelu_forward_double(void *context, int item, int thread) {
  (void)thread;
  const rs_run_job *job = context;
  const int64_t end = rs_runs_end(job, item);
  for (int64_t run = (int64_t)item * job->block_runs; run < end; run++) {
    const int64_t count = rs_run_count(job, run);
    const double *x = (const double *)job->x + run * job->x_step;
    double *y = (double *)job->y + run * job->y_step;
    for (int64_t k = 0; k < count; k++) y[k] = 0.5 * x[k] * (1 + erf(x[k] * M_SQRT1_2));
  }
}

static void gelu_backward_double(void *context, int item, int thread) {
  (void)thread;
  const rs_run_job *job = context;
  const int64_t end = rs_runs_end(job, item);
  for (int64_t run = (int64_t)item * job->block_runs; run < end; run++) {
    const int64_t count = rs_run_count(job, run);
    const double *x = (const double *)job->x + run * job->x_step;
    const double *dy = (const double *)job->dy + run * job->dy_step;
    double *dx = (double *)job->y + run * job->y_step;
    for (int64_t k = 0; k < count; k++) {
      const double density = exp(-0.5 * x[k] * x[k]) * (0.5 * M_2_SQRTPI * M_SQRT1_2);
      const double g = dy[k] * (0.5 * (1 + erf(x[k] * M_SQRT1_2)) + x[k] * density);
      dx[k] = job->accumulate ? dx[k] + g : g;
    }
  }
}

static int is_dense(const rs_view *v) { return v->stride == v->c; }

/// Runs over all elements of x, dy (NULL: none) and y: long ones where the views have no gaps.
static void run(rs_pool *pool, rs_job work, const rs_view *x, const rs_view *dy, const rs_view *y,
                int accumulate) {
  rs_run_job job = {.x = x->data, .dy = dy ? dy->data : NULL, .y = y->data,
                    .count = rs_pixels(x) * x->c, .accumulate = accumulate};
  const int dense = is_dense(x) && is_dense(y) && (!dy || is_dense(dy));
  job.run = dense ? RUN : x->c;
  job.x_step = dense ? RUN : x->stride;
  job.dy_step = dense ? RUN : dy ? dy->stride : 0;
  job.y_step = dense ? RUN : y->stride;
  job.runs = (job.count + job.run - 1) / job.run;
  job.block_runs = dense ? 1 : RUNS_OF_PIXELS;
  rs_run(pool, rs_divide_up(job.runs, job.block_runs), work, &job);
}

void rs_gelu_forward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *y) {
  run(pool, type == RS_FLOAT32 ? rs_layers()->gelu_forward : gelu_forward_double, x, NULL, y, 0);
}

void rs_gelu_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                      const rs_view *dx, int accumulate) {
  run(pool, type == RS_FLOAT32 ? rs_layers()->gelu_backward : gelu_backward_double, x, dy, dx,
      accumulate);
}
