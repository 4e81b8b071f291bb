// Batch normalisation as coefficients per channel, for kernels that apply it while they load.
//
// All arrays are (channels). `saved` is 2 * channels doubles: mean, then inverse deviation.
#pragma once
#include "types.h"

/// Statistics of a batch from `rs_sums_merge_moments`: saved out; the running statistics, where not
/// NULL, move by `momentum` towards the batch's (variance over count - 1).
void rs_norm_statistics(int channels, double count, const double *mean, const double *m2,
                        double epsilon, double momentum, float *running_mean,
                        float *running_variance, double *saved);

/// scale and shift of RS_LOAD_AFFINE, so that scale x + shift = (x - mean) inverse weight + bias.
void rs_norm_affine(int channels, const double *saved, const float *weight, const float *bias,
                    float *scale, float *shift);

/// gain, slope and offset of RS_LOAD_NORM_GRADIENT for `count` pixels, from the sums of
/// `rs_sums_merge_gradients`; sum = product = NULL: the statistics are constants.
void rs_norm_gradient(int channels, double count, const double *saved, const float *weight,
                      const double *sum, const double *product, float *gain, float *slope,
                      float *offset);
