// Batch normalisation of float tensors: two transfers each way, of sums and of values.
#include "batch_norm_float.h"

#include <math.h>

#include "include/fused.h"
#include "include/fused_norm.h"

/// The parts of the scratch.
typedef struct {
  double *first, *second;                   // (c): mean and m2, or the sums
  float *scale, *shift, *lower;             // (c)
  float *gain, *slope, *offset;             // (c)
  float *mean, *inverse;                    // (c)
  float *partials;
} parts;

enum { VECTORS_OF_C = 8 };

static parts parts_of(double *scratch, int c) {
  float *f = (float *)(scratch + 2 * c);
  return (parts){scratch,   scratch + c, f,         f + c,     f + 2 * c, f + 3 * c,
                 f + 4 * c, f + 5 * c,   f + 6 * c, f + 7 * c, f + VECTORS_OF_C * c};
}

size_t rs_float_norm_scratch_count(const rs_view *x) {
  const size_t floats = (size_t)VECTORS_OF_C * (size_t)x->c +
                        (size_t)rs_transfer_sum_blocks(x) * rs_sums_stride(x->c);
  return 2 * (size_t)x->c + (floats + 1) / 2;
}

static void normalise(rs_pool *pool, const rs_view *x, const float *weight, const float *bias,
                      const double *saved, const rs_view *y, const parts *p) {
  rs_norm_affine(x->c, saved, weight, bias, p->scale, p->shift);
  for (int c = 0; c < x->c; c++) p->lower[c] = -INFINITY;
  const rs_source source = {.view = *x, .load = RS_LOAD_AFFINE, .scale = p->scale,
                            .shift = p->shift, .lower = p->lower};
  const rs_sink sink = {.view = *y};
  rs_transfer(pool, &source, &sink);
}

void rs_float_norm_training(rs_pool *pool, const rs_view *x, const float *weight, const float *bias,
                            float *running_mean, float *running_variance, double epsilon,
                            double momentum, const rs_view *y, double *saved, double *scratch) {
  const parts p = parts_of(scratch, x->c);
  const rs_source source = {.view = *x};
  rs_sink sums = {.view = *x, .sums = RS_SUMS_MOMENTS, .partials = p.partials};
  sums.view.data = NULL;
  rs_transfer(pool, &source, &sums);
  const double count = rs_sums_merge_moments(p.partials, rs_transfer_sum_blocks(x), x->c, p.first,
                                             p.second);
  rs_norm_statistics(x->c, count, p.first, p.second, epsilon, momentum, running_mean,
                     running_variance, saved);
  normalise(pool, x, weight, bias, saved, y, &p);
}

void rs_float_norm_backward(rs_pool *pool, int training, const rs_view *x, const rs_view *dy,
                            const float *weight, const double *saved, const rs_view *dx,
                            int accumulate, float *dweight, float *dbias, double *scratch) {
  const parts p = parts_of(scratch, x->c);
  const int channels = x->c;
  for (int c = 0; c < channels; c++) {
    p.scale[c] = p.shift[c] = 0;
    p.lower[c] = -INFINITY; // every value passes: there is no rectifier here
    p.mean[c] = (float)saved[c];
    p.inverse[c] = (float)saved[channels + c];
  }
  const rs_source gradient = {.view = *dy};
  rs_sink sums = {.view = *dy, .sums = RS_SUMS_GRADIENT, .partials = p.partials, .forward = *x,
                  .scale = p.scale, .shift = p.shift, .lower = p.lower, .mean = p.mean,
                  .inverse_deviation = p.inverse};
  sums.view.data = NULL;
  rs_transfer(pool, &gradient, &sums);
  rs_sums_merge_gradients(p.partials, rs_transfer_sum_blocks(x), channels, p.first, p.second);
  for (int c = 0; c < channels; c++) {
    dbias[c] += (float)p.first[c];
    dweight[c] += (float)p.second[c];
  }
  const double count = (double)x->n * x->h * x->w;
  rs_norm_gradient(channels, count, saved, weight, training ? p.first : NULL,
                   training ? p.second : NULL, p.gain, p.slope, p.offset);
  const rs_source source = {.view = *dy, .load = RS_LOAD_NORM_GRADIENT, .forward = *x,
                            .scale = p.scale, .shift = p.shift, .lower = p.lower, .gain = p.gain,
                            .slope = p.slope, .offset = p.offset};
  const rs_sink sink = {.view = *dx, .accumulate = accumulate};
  rs_transfer(pool, &source, &sink);
}
