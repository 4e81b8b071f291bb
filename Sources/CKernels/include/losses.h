// Losses on logits: the sums over pixels that a loss is made of, and its gradient.
//
// Shapes: logits, probabilities and gradients are (images, pixels, classes), contiguous, of the
// element type given; `pixels` is height x width of one image. One class means one sigmoid channel
// (the foreground), more mean softmax. Every array belongs to the caller, and none may overlap.
//
// Sums are accumulated in double, one image at a time and in pixel order, so they depend on the
// shape alone. Nothing is allocated.
#pragma once
#include "types.h"

/// The label of a pixel that takes no part in a loss.
#define RS_IGNORE 255

/// What the logits are compared with: either hard `labels` or soft `probabilities`; the other is NULL.
typedef struct {
  /// (images, pixels): the class of each pixel, RS_IGNORE where unknown. With one class: 0 or 1.
  const uint8_t *labels;
  /// (images, pixels, classes): the share of each class.
  const float *probabilities;
  /// (images, pixels), beside `probabilities`: 0 where the pixel takes no part. NULL: all take part.
  const uint8_t *keep;
} rs_loss_target;

/// The kinds of sum that `rs_loss_region_sums` gives, in this order.
enum {
  RS_REGION_INTERSECTION,  ///< sum of p t
  RS_REGION_PREDICTED,     ///< sum of p
  RS_REGION_TARGET,        ///< sum of t
  RS_REGION_DISTANCE,      ///< sum of |p - t|
  RS_REGION_PEAK,          ///< largest t
  RS_REGION_SUMS,          ///< number of kinds
};

/// The kinds of derivative that `rs_loss_region_gradient` takes, in this order.
enum { RS_REGION_BY_INTERSECTION, RS_REGION_BY_PREDICTED, RS_REGION_BY_DISTANCE, RS_REGION_SLOPES };

/// Softmax (sigmoid with one class) of each pixel.
///
/// logits (pixels, classes) in; probabilities (pixels, classes) out; log_sums (pixels) out: the
/// logarithm of the sum of exp(logits), with one class of 1 + exp(logit), so that
/// -log p_k = log_sum - logit_k without loss of digits. `pixels` counts those of all images.
void rs_loss_probabilities(
  rs_type type, size_t pixels, size_t classes, const void *logits, void *probabilities,
  double *log_sums);

/// Cross-entropy: sums (images, 2) out, of the weighted losses and of the denominator (the weight of
/// the label; 1 for a soft target) over the pixels that take part.
///
/// logits (images, pixels, classes), log_sums (images, pixels), class_weights (classes).
void rs_loss_cross_entropy_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, const double *class_weights, double smoothing,
  double *sums);

/// Adds `scale` times the derivative of the summed cross-entropy to gradient.
///
/// probabilities and gradient (images, pixels, classes), class_weights (classes).
void rs_loss_cross_entropy_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *class_weights, double smoothing, double scale,
  void *gradient);

/// Binary cross-entropy on one channel: sums (images, 2) out, of the losses and of the pixels that
/// take part. logits and log_sums (images, pixels).
void rs_loss_binary_sums(
  rs_type type, size_t images, size_t pixels, const void *logits, const double *log_sums,
  rs_loss_target target, double positive_weight, double smoothing, double *sums);

/// Adds `scale` times the derivative of the summed binary cross-entropy to gradient.
/// probabilities and gradient (images, pixels).
void rs_loss_binary_gradient(
  rs_type type, size_t images, size_t pixels, const void *probabilities, rs_loss_target target,
  double positive_weight, double smoothing, double scale, void *gradient);

/// Sums of region losses over the pixels that take part: sums (images, RS_REGION_SUMS, classes) out.
/// probabilities (images, pixels, classes).
void rs_loss_region_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, double *sums);

/// Adds the derivative of a function of the region sums to gradient, through softmax or sigmoid.
///
/// probabilities and gradient (images, pixels, classes); slopes (images, RS_REGION_SLOPES, classes):
/// the derivative of that function with respect to each sum.
void rs_loss_region_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *slopes, void *gradient);

/// Distances of distributions over ordered classes: sums (images, 2) out, of the distances and of the
/// pixels that take part.
///
/// The distance of a pixel is the sum over k < classes - 1 of gaps[k] |F_p(k) - F_t(k)|^power, with F
/// the cumulative sums. probabilities (images, pixels, classes), gaps (classes - 1), classes > 1,
/// power at least 1.
void rs_loss_ordered_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *gaps, double power, double *sums);

/// Adds `scale` times the derivative of the summed distances to gradient, through the softmax.
/// probabilities and gradient (images, pixels, classes).
void rs_loss_ordered_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *probabilities,
  rs_loss_target target, const double *gaps, double power, double scale, void *gradient);
