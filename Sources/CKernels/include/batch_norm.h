// Batch normalisation over images, rows and columns, and its gradients.
#pragma once
#include "pool.h"
#include "types.h"

/// Doubles of scratch that the training passes need for a tensor of this shape.
size_t rs_batch_norm_scratch_count(const rs_view *x);

/// Training: y = (x - mean) * inverse_deviation * weight + bias, with the batch's own statistics
/// (variance over n, not n - 1).
/// weight, bias, running_mean, running_variance: (c) of the element type; the running statistics
/// move by `momentum` towards the batch's (variance over n - 1). saved: 2 * c doubles (mean, then
/// inverse deviation) that the backward pass reads. scratch: `rs_batch_norm_scratch_count` doubles.
void rs_batch_norm_forward_training(rs_type type, rs_pool *pool, const rs_view *x,
                                    const void *weight, const void *bias, void *running_mean,
                                    void *running_variance, double epsilon, double momentum,
                                    const rs_view *y, double *saved, double *scratch);

/// Evaluation: the same with the running statistics, which stay as they are.
void rs_batch_norm_forward_evaluation(rs_type type, rs_pool *pool, const rs_view *x,
                                      const void *weight, const void *bias,
                                      const void *running_mean, const void *running_variance,
                                      double epsilon, const rs_view *y, double *saved);

/// Gradients. training != 0: through the batch's statistics; 0: statistics are constants.
/// dx = or +=; dweight += and dbias +=, both (c).
void rs_batch_norm_backward(rs_type type, rs_pool *pool, int training, const rs_view *x,
                            const rs_view *dy, const void *weight, const double *saved,
                            const rs_view *dx, int accumulate, void *dweight, void *dbias,
                            double *scratch);
