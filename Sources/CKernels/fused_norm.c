#include "include/fused_norm.h"

#include <math.h>

void rs_norm_statistics(int channels, double count, const double *mean, const double *m2,
                        double epsilon, double momentum, float *running_mean,
                        float *running_variance, double *saved) {
  for (int c = 0; c < channels; c++) {
    saved[c] = mean[c];
    saved[channels + c] = 1 / sqrt(m2[c] / count + epsilon);
    if (!running_mean) continue;
    const double unbiased = count > 1 ? m2[c] / (count - 1) : m2[c];
    running_mean[c] = (float)((1 - momentum) * (double)running_mean[c] + momentum * mean[c]);
    running_variance[c] =
        (float)((1 - momentum) * (double)running_variance[c] + momentum * unbiased);
  }
}

void rs_norm_affine(int channels, const double *saved, const float *weight, const float *bias,
                    float *scale, float *shift) {
  for (int c = 0; c < channels; c++) {
    const double by = saved[channels + c] * (double)weight[c];
    scale[c] = (float)by;
    shift[c] = (float)((double)bias[c] - saved[c] * by);
  }
}

void rs_norm_gradient(int channels, double count, const double *saved, const float *weight,
                      const double *sum, const double *product, float *gain, float *slope,
                      float *offset) {
  for (int c = 0; c < channels; c++) {
    const double inverse = saved[channels + c], by = inverse * (double)weight[c];
    const double along = product ? -by * inverse * product[c] / count : 0;
    gain[c] = (float)by;
    slope[c] = (float)along;
    offset[c] = (float)((sum ? -by * sum[c] / count : 0) - along * saved[c]);
  }
}
