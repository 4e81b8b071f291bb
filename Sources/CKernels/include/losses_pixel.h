// Losses that are a sum over pixels of a changed cross-entropy: focal, Poly-1, weighted by a map.
//
// Shapes and rules are those of losses.h. The outcomes of a pixel are its classes; with one class
// they are two, the background and the foreground.
#pragma once
#include "losses.h"

/// What changes the cross-entropy of a pixel, with u_k the (smoothed) share of outcome k:
/// weight of the pixel x (sum_k c_k u_k (1 - p_k)^gamma (-log p_k) + epsilon (1 - sum_k u_k p_k)).
typedef struct {
  /// (outcomes): the factor c_k of each outcome; with `scale_pixels` the factor of whole pixels.
  const double *class_weights;
  /// (outcomes): the power of 1 - p_k, at least 0.
  const double *gammas;
  /// (images, pixels): the factor of each pixel. NULL: 1.
  const double *pixel_weights;
  /// The factor of 1 - sum_k u_k p_k.
  double epsilon;
  /// The share of each target that is spread evenly over the outcomes.
  double smoothing;
  /// If not 0, c_k is 1, and a pixel weighs sum_k t_k class_weights[k] in sum and denominator.
  int scale_pixels;
} rs_pixel_loss;

/// Sums (images, 2) out, of the losses and of the denominator (the weight by `scale_pixels`, or 1)
/// over the pixels that take part. logits (images, pixels, classes), log_sums (images, pixels).
void rs_loss_pixel_sums(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, rs_pixel_loss loss, double *sums);

/// Adds `scale` times the derivative of the summed losses to gradient.
/// logits and gradient (images, pixels, classes), log_sums (images, pixels).
void rs_loss_pixel_gradient(
  rs_type type, size_t images, size_t pixels, size_t classes, const void *logits,
  const double *log_sums, rs_loss_target target, rs_pixel_loss loss, double scale,
  void *gradient);

/// Adds a derivative with respect to the probabilities to gradient, through softmax or sigmoid.
///
/// probabilities and gradient (images, pixels, classes), slopes the same in double; ignored pixels
/// are left as they are. `pixels` counts those of all images.
void rs_loss_chain_slopes(
  rs_type type, size_t pixels, size_t classes, const void *probabilities, rs_loss_target target,
  const double *slopes, void *gradient);
