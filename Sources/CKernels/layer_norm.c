// Sets up layer norms; their plain loops in double.
#include "include/layer_norm.h"

#include <math.h>

#include "layer_kernels.h"
#include "real.h"

enum { BLOCK = 128, LEAST_CHUNK = 128, MOST_CHUNKS = 32 }; // pixels; chunks of sums

static void forward_double(void *context, int item, int thread) {
  (void)thread;
  const rs_layer_norm_job *job = context;
  const rs_view *x = &job->x, *y = &job->y;
  const double *weight = job->weight, *bias = job->bias;
  const int64_t end = rs_min((int)(rs_pixels(x)), (int)((item + 1) * job->block));
  for (int64_t p = item * job->block; p < end; p++) {
    const double *from = (const double *)x->data + p * x->stride;
    double *to = (double *)y->data + p * y->stride, mean = 0, squares = 0;
    for (int k = 0; k < x->c; k++) mean += from[k] / x->c;
    for (int k = 0; k < x->c; k++) squares += (from[k] - mean) * (from[k] - mean);
    const double inverse = 1 / sqrt(squares / x->c + job->epsilon);
    for (int k = 0; k < x->c; k++) to[k] = (from[k] - mean) * inverse * weight[k] + bias[k];
  }
}

static void backward_double(void *context, int chunk, int thread) {
  (void)thread;
  const rs_layer_norm_job *job = context;
  const rs_view *x = &job->x, *dy = &job->dy, *dx = &job->y;
  const double *weight = job->weight;
  const int c = x->c;
  double *dweight = (double *)job->partials + (size_t)chunk * 2 * (size_t)rs_padded(c);
  double *dbias = dweight + rs_padded(c);
  for (int k = 0; k < c; k++) dweight[k] = dbias[k] = 0;
  const int64_t end = rs_min((int)(rs_pixels(x)), (int)((chunk + 1) * job->block));
  for (int64_t p = chunk * job->block; p < end; p++) {
    const double *v = (const double *)x->data + p * x->stride;
    const double *g = (const double *)dy->data + p * dy->stride;
    double mean = 0, squares = 0, sum = 0, product = 0;
    for (int k = 0; k < c; k++) mean += v[k] / c;
    for (int k = 0; k < c; k++) squares += (v[k] - mean) * (v[k] - mean);
    const double inverse = 1 / sqrt(squares / c + job->epsilon);
    for (int k = 0; k < c; k++) {
      const double normal = (v[k] - mean) * inverse;
      dweight[k] += g[k] * normal;
      dbias[k] += g[k];
      sum += g[k] * weight[k] / c;
      product += g[k] * weight[k] * normal / c;
    }
    if (!dx->data) continue;
    double *to = (double *)dx->data + p * dx->stride;
    for (int k = 0; k < c; k++) {
      const double d = (g[k] * weight[k] - sum - (v[k] - mean) * inverse * product) * inverse;
      to[k] = job->accumulate ? to[k] + d : d;
    }
  }
}

void rs_layer_norm_forward(rs_type type, rs_pool *pool, const rs_view *x, const void *weight,
                           const void *bias, double epsilon, const rs_view *y) {
  rs_layer_norm_job job = {.x = *x, .y = *y, .weight = weight, .bias = bias, .epsilon = epsilon,
                           .block = BLOCK};
  rs_run(pool, rs_divide_up(rs_pixels(x), BLOCK),
         type == RS_FLOAT32 ? rs_layers()->layer_norm_forward : forward_double, &job);
}

/// Pixels of a chunk of sums.
static int64_t chunk_pixels(const rs_view *x) {
  const int64_t pixels = (rs_pixels(x) + MOST_CHUNKS - 1) / MOST_CHUNKS;
  return pixels < LEAST_CHUNK ? LEAST_CHUNK : pixels;
}

size_t rs_layer_norm_scratch_bytes(rs_type type, const rs_view *x) {
  const int chunks = rs_divide_up(rs_pixels(x), chunk_pixels(x));
  return (size_t)chunks * 2 * (size_t)rs_padded(x->c) *
         (type == RS_FLOAT32 ? sizeof(float) : sizeof(double));
}

void rs_layer_norm_backward(rs_type type, rs_pool *pool, const rs_view *x, const rs_view *dy,
                            const void *weight, double epsilon, const rs_view *dx, int accumulate,
                            void *dweight, void *dbias, void *scratch) {
  rs_layer_norm_job job = {.x = *x, .dy = *dy, .y = *dx, .weight = weight, .epsilon = epsilon,
                           .block = chunk_pixels(x), .accumulate = accumulate, .partials = scratch};
  const int chunks = rs_divide_up(rs_pixels(x), job.block), width = rs_padded(x->c);
  rs_run(pool, chunks, type == RS_FLOAT32 ? rs_layers()->layer_norm_backward : backward_double,
         &job);
  for (int k = 0; k < 2 * x->c; k++) {
    const int column = k < x->c ? k : width + k - x->c;
    double sum = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      const size_t at = (size_t)chunk * 2 * (size_t)width + (size_t)column;
      sum += type == RS_FLOAT32 ? (double)((const float *)scratch)[at] : ((const double *)scratch)[at];
    }
    void *to = k < x->c ? dweight : dbias;
    const int channel = k < x->c ? k : k - x->c;
    if (type == RS_FLOAT32) ((float *)to)[channel] += (float)sum;
    else ((double *)to)[channel] += sum;
  }
}
