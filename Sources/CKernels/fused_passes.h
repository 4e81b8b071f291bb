// The passes of each algorithm, as `fused_convolution.c` picks them.
#pragma once
#include "fast_kernels.h"

size_t rs_winograd_packed_count(const rs_conv *conv, rs_pass pass);
void rs_winograd_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                      float *packed);
size_t rs_winograd_scratch_floats(const rs_conv *conv, rs_pass pass, const rs_view *x,
                                  const rs_view *y, int threads);
int rs_winograd_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *to);
void rs_winograd_run(rs_pool *pool, const rs_conv *conv, rs_pass pass, const rs_source *from,
                     const float *packed, const rs_sink *to, float *scratch);
void rs_winograd_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                                 const rs_source *dy, float *dw, float *scratch);

size_t rs_direct_packed_count(const rs_conv *conv, rs_pass pass);
void rs_direct_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                    float *packed);
size_t rs_direct_weight_scratch_floats(const rs_conv *conv, const rs_view *y, int threads);
size_t rs_direct_scratch_floats(const rs_conv *conv, rs_pass pass, const rs_view *x,
                                const rs_view *y, int threads);
int rs_direct_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *from, const rs_view *to);
void rs_direct_run(rs_pool *pool, const rs_conv *conv, rs_pass pass, const rs_source *from,
                   const float *packed, const rs_sink *to, float *scratch);
void rs_direct_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                               const rs_source *dy, float *dw, float *scratch);
