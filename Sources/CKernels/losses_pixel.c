// Changed cross-entropies, once for float and once for double. Shapes and owners: losses_pixel.h.
#include "losses_pixel.h"

#include <math.h>

#include "losses_target.h"

// The share of an outcome after smoothing; with one class outcome 0 is the background.
static inline double smoothed(rs_loss_target target, size_t i, size_t classes, size_t k,
                              double smoothing) {
  double t = classes > 1 ? share(target, i, classes, k)
                         : (k ? share(target, i, 1, 0) : 1 - share(target, i, 1, 0));
  return (1 - smoothing) * t + smoothing / (classes == 1 ? 2 : classes);
}

// The factor of an outcome within a pixel.
static inline double factor(rs_pixel_loss loss, size_t k) {
  return loss.scale_pixels ? 1 : loss.class_weights[k];
}

// The weight of a whole pixel by its unsmoothed target.
static inline double pixel_scale(rs_loss_target target, size_t i, size_t classes,
                                 rs_pixel_loss loss) {
  if (!loss.scale_pixels) return 1;
  double weight = 0;
  for (size_t k = 0; k < (classes == 1 ? 2 : classes); k++)
    weight += smoothed(target, i, classes, k, 0) * loss.class_weights[k];
  return weight;
}

// (1 - p)^gamma; rounding may leave 1 - p a little below 0.
static inline double focus(double rest, double gamma) {
  if (gamma == 0) return 1;
  if (rest <= 0) return 0;
  return gamma == 1 ? rest : gamma == 2 ? rest * rest : pow(rest, gamma);
}

#define REAL float
#define TYPED(name) name##_float
#include "losses_pixel.inc"
#undef REAL
#undef TYPED

#define REAL double
#define TYPED(name) name##_double
#include "losses_pixel.inc"
#undef REAL
#undef TYPED

// Calls the kernel of the element type; the type is one of the two by contract.
#define DISPATCH(name, ...)                             \
  switch (type) {                                       \
    case RS_FLOAT32: name##_float(__VA_ARGS__); break;  \
    case RS_FLOAT64: name##_double(__VA_ARGS__); break; \
  }

void rs_loss_pixel_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, rs_pixel_loss loss, double *sums) {
  DISPATCH(pixel_sums, images, pixels, classes, logits, log_sums, target, loss, sums)
}

void rs_loss_pixel_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, rs_pixel_loss loss, double scale,
  void *gradient) {
  DISPATCH(
    pixel_gradient, images * pixels, classes, logits, log_sums, target, loss, scale, gradient)
}

void rs_loss_chain_slopes(
  rs_type type, size_t pixels, size_t classes, const void *probabilities, rs_loss_target target,
  const double *slopes, void *gradient) {
  DISPATCH(chain_slopes, pixels, classes, probabilities, target, slopes, gradient)
}
