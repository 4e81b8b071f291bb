#include "include/batch_norm.h"

#include <math.h>

#include "batch_norm_float.h"
#include "real.h"

enum {
  CHUNK_ELEMENTS = 32768, // a chunk is read twice from the cache: mean, then squares about it
  MAX_CHUNKS = 256,
  PASS_PIXELS = 4096, // pixels of one item of an elementwise pass
};

/// Chunks of pixels whose statistics are taken apart, by shape alone.
static int chunks_of(const rs_view *x) {
  int64_t chunks = rs_pixels(x) * x->c / CHUNK_ELEMENTS;
  if (chunks > MAX_CHUNKS) chunks = MAX_CHUNKS;
  if (chunks > rs_pixels(x)) chunks = rs_pixels(x);
  return chunks < 1 ? 1 : (int)chunks;
}

size_t rs_batch_norm_scratch_count(const rs_view *x) {
  const size_t general = (size_t)(chunks_of(x) + 1) * 2 * (size_t)x->c;
  const size_t of_float = rs_float_norm_scratch_count(x);
  return general > of_float ? general : of_float;
}

#define REAL float
#define NAME(x) x##_f32
#include "normalise.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "normalise.inc"
#include "batch_norm.inc"
#undef REAL
#undef NAME

void rs_batch_norm_forward_training(rs_type type, rs_pool *pool, const rs_view *x,
                                    const void *weight, const void *bias, void *running_mean,
                                    void *running_variance, double epsilon, double momentum,
                                    const rs_view *y, double *saved, double *scratch) {
  if (type == RS_FLOAT32)
    rs_float_norm_training(pool, x, weight, bias, running_mean, running_variance, epsilon, momentum,
                           y, saved, scratch);
  else
    forward_training_f64(pool, x, weight, bias, running_mean, running_variance, epsilon, momentum, y,
                         saved, scratch);
}

void rs_batch_norm_forward_evaluation(rs_type type, rs_pool *pool, const rs_view *x,
                                      const void *weight, const void *bias,
                                      const void *running_mean, const void *running_variance,
                                      double epsilon, const rs_view *y, double *saved) {
  RS_DISPATCH(type, forward_evaluation, pool, x, weight, bias, running_mean, running_variance,
              epsilon, y, saved);
}

void rs_batch_norm_backward(rs_type type, rs_pool *pool, int training, const rs_view *x,
                            const rs_view *dy, const void *weight, const double *saved,
                            const rs_view *dx, int accumulate, void *dweight, void *dbias,
                            double *scratch) {
  if (type == RS_FLOAT32)
    rs_float_norm_backward(pool, training, x, dy, weight, saved, dx, accumulate, dweight, dbias,
                           scratch);
  else
    backward_f64(pool, training, x, dy, weight, saved, dx, accumulate, dweight, dbias, scratch);
}
