// Losses that look at one pixel at a time, and the way from a slope by the probabilities to one by
// the logits. Shapes, owners and order of sums: losses.h.
#pragma once
#include "losses.h"

/// Focal loss: sums (images, 2) out, of the losses and of the pixels that take part.
///
/// With more classes than one the loss of a pixel is the sum over k of
/// alpha[k] t_k (1 - p_k)^gamma[k] (-log p_k); alpha and gamma (classes). With one class it is
/// alpha[1] t (1 - p)^gamma[1] (-log p) + alpha[0] (1 - t) p^gamma[0] (-log(1 - p)); alpha and gamma (2).
void rs_loss_focal_sums(rs_type type, size_t images, size_t pixels, size_t classes,
                        const void *logits, const double *log_sums, rs_loss_target target,
                        const double *alpha, const double *gamma, double *sums);

/// Adds `scale` times the derivative of the summed focal loss to gradient.
void rs_loss_focal_gradient(rs_type type, size_t images, size_t pixels, size_t classes,
                            const void *logits, const double *log_sums, rs_loss_target target,
                            const double *alpha, const double *gamma, double scale, void *gradient);

/// Adds `scale` times a derivative by the probabilities, slopes (pixels, classes), to gradient,
/// through the softmax, or the sigmoid of one class. `pixels` counts those of all images.
void rs_loss_slopes_gradient(rs_type type, size_t pixels, size_t classes,
                             const void *probabilities, const double *slopes, double scale,
                             void *gradient);

/// Adds scale weights[i] times the derivative of the cross-entropy of pixel i to gradient, and gives
/// the sums (images, 2) of the weighted cross-entropies and of the pixels that take part.
///
/// The cross-entropy is that of softmax or sigmoid. gradient may be NULL.
void rs_loss_weighted_pixels(rs_type type, size_t images, size_t pixels, size_t classes,
                             const void *logits, const void *probabilities, const double *log_sums,
                             rs_loss_target target, const double *weights, double scale,
                             double *sums, void *gradient);
