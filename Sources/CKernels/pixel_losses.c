// Losses of single pixels, once for float and once for double. Shapes and owners: pixel_losses.h.
#include "pixel_losses.h"

#include <math.h>

#include "loss_target.h"

typedef struct {
  double value, slope; // the slope is by log p
} focal;

// alpha (1 - p)^gamma (-log p) from log p, exact where p is near 1.
static inline focal focal_part(double log_p, double alpha, double gamma) {
  if (gamma == 0) return (focal){-alpha * log_p, -alpha};
  const double q = -expm1(log_p); // 1 - p
  if (q <= 0) return (focal){0, 0};
  const double power = pow(q, gamma);
  return (focal){-alpha * power * log_p,
                 alpha * power * (gamma * exp(log_p) * log_p / q - 1)};
}

#define REAL float
#define TYPED(name) name##_float
#include "pixel_losses.inc"
#undef REAL
#undef TYPED

#define REAL double
#define TYPED(name) name##_double
#include "pixel_losses.inc"
#undef REAL
#undef TYPED

void rs_loss_focal_sums(rs_type type, size_t images, size_t pixels, size_t classes,
                        const void *logits, const double *log_sums, rs_loss_target target,
                        const double *alpha, const double *gamma, double *sums) {
  DISPATCH(focal_sums, images, pixels, classes, logits, log_sums, target, alpha, gamma, sums)
}

void rs_loss_focal_gradient(rs_type type, size_t images, size_t pixels, size_t classes,
                            const void *logits, const double *log_sums, rs_loss_target target,
                            const double *alpha, const double *gamma, double scale,
                            void *gradient) {
  DISPATCH(focal_gradient, images * pixels, classes, logits, log_sums, target, alpha, gamma, scale,
           gradient)
}

void rs_loss_slopes_gradient(rs_type type, size_t pixels, size_t classes,
                             const void *probabilities, const double *slopes, double scale,
                             void *gradient) {
  DISPATCH(slopes_gradient, pixels, classes, probabilities, slopes, scale, gradient)
}

void rs_loss_weighted_pixels(rs_type type, size_t images, size_t pixels, size_t classes,
                             const void *logits, const void *probabilities, const double *log_sums,
                             rs_loss_target target, const double *weights, double scale,
                             double *sums, void *gradient) {
  DISPATCH(weighted_pixels, images, pixels, classes, logits, probabilities, log_sums, target,
           weights, scale, sums, gradient)
}
