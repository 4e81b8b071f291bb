// Losses on logits, once for float and once for double. Shapes and owners: losses.h.
#include "losses.h"

#include <math.h>

#include "loss_target.h"

// The derivative of |x|; 0 at the kink, as PyTorch has it.
static inline double sign(double x) { return (x > 0) - (x < 0); }

// x to a power, x at least 0.
static inline double raised(double x, double power) {
  return power == 1 ? x : power == 2 ? x * x : pow(x, power);
}

// The derivative of gap |x|^power.
static inline double ordered_slope(double x, double gap, double power) {
  return gap * power * (power == 1 ? 1 : raised(fabs(x), power - 1)) * sign(x);
}

#define REAL float
#define EXP expf
#define TYPED(name) name##_float
#include "losses.inc"
#undef REAL
#undef EXP
#undef TYPED

#define REAL double
#define EXP exp
#define TYPED(name) name##_double
#include "losses.inc"
#undef REAL
#undef EXP
#undef TYPED

void rs_loss_probabilities(
  rs_type type, size_t pixels, size_t classes, const void *logits, void *probabilities,
  double *log_sums) {
  if (classes == 1) {
    DISPATCH(sigmoid, pixels, logits, probabilities, log_sums)
  } else {
    DISPATCH(softmax, pixels, classes, logits, probabilities, log_sums)
  }
}

void rs_loss_cross_entropy_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, const double *class_weights, double smoothing,
  double *sums) {
  DISPATCH(
    cross_entropy_sums, images, pixels, classes, logits, log_sums, target, class_weights,
    smoothing, sums)
}

void rs_loss_cross_entropy_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *class_weights, double smoothing, double scale,
  void *gradient) {
  DISPATCH(
    cross_entropy_gradient, images * pixels, classes, probabilities, target, class_weights,
    smoothing, scale, gradient)
}

void rs_loss_binary_sums(
  rs_type type, size_t images, size_t pixels, const void *logits, const double *log_sums,
  rs_loss_target target, double positive_weight, double smoothing, double *sums) {
  DISPATCH(
    binary_sums, images, pixels, logits, log_sums, target, positive_weight, smoothing, sums)
}

void rs_loss_binary_gradient(
  rs_type type, size_t images, size_t pixels, const void *probabilities, rs_loss_target target,
  double positive_weight, double smoothing, double scale, void *gradient) {
  DISPATCH(
    binary_gradient, images * pixels, probabilities, target, positive_weight, smoothing, scale,
    gradient)
}

void rs_loss_region_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, double *sums) {
  DISPATCH(region_sums, images, pixels, classes, probabilities, target, sums)
}

void rs_loss_region_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *slopes, void *gradient) {
  DISPATCH(region_gradient, images, pixels, classes, probabilities, target, slopes, gradient)
}

void rs_loss_ordered_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *gaps, double power, double *sums) {
  DISPATCH(ordered_sums, images, pixels, classes, probabilities, target, gaps, power, sums)
}

void rs_loss_ordered_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *gaps, double power, double scale, void *gradient) {
  DISPATCH(
    ordered_gradient, images * pixels, classes, probabilities, target, gaps, power, scale,
    gradient)
}
