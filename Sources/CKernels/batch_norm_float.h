// Batch normalisation of float tensors, by the vector kernels. Arguments: include/batch_norm.h.
#pragma once
#include "include/batch_norm.h"

size_t rs_float_norm_scratch_count(const rs_view *x);
void rs_float_norm_training(rs_pool *pool, const rs_view *x, const float *weight, const float *bias,
                            float *running_mean, float *running_variance, double epsilon,
                            double momentum, const rs_view *y, double *saved, double *scratch);
void rs_float_norm_backward(rs_pool *pool, int training, const rs_view *x, const rs_view *dy,
                            const float *weight, const double *saved, const rs_view *dx,
                            int accumulate, float *dweight, float *dbias, double *scratch);
