// Picks the algorithm of each pass.
#include "include/fused_convolution.h"

#include <stdint.h>

#include "fused_passes.h"

enum {
  ALIGNMENT = 64,        // of scratch
  WINOGRAD_CHANNELS = 8, // fewer on either side: direct
};

int rs_conv_is_winograd(const rs_conv *conv) {
  return conv->groups == 1 && conv->kernel_h == 3 && conv->kernel_w == 3 && conv->stride == 1 &&
         conv->dilation == 1 && conv->padding >= 0 && conv->padding <= 2;
}

int rs_conv_is_direct(const rs_conv *conv, rs_pass pass) {
  const int phases = conv->stride * conv->stride;
  return conv->groups == 1 && conv->kernel_h * conv->kernel_w <= RS_MAX_TAPS &&
         (pass != RS_PASS_INPUT_GRADIENT || phases <= RS_MAX_PHASES);
}

rs_conv_algorithm rs_conv_fastest(const rs_conv *conv, int exact) {
  if (conv->groups > 1) return RS_CONV_NAIVE;
  if (rs_conv_is_winograd(conv) && !exact && conv->inputs >= WINOGRAD_CHANNELS &&
      conv->outputs >= WINOGRAD_CHANNELS)
    return RS_CONV_WINOGRAD;
  return rs_conv_is_direct(conv, RS_PASS_INPUT_GRADIENT) ? RS_CONV_DIRECT : RS_CONV_GEMM;
}

static int uses_winograd(const rs_conv *conv) {
  return conv->algorithm == RS_CONV_WINOGRAD && rs_conv_is_winograd(conv);
}

size_t rs_fused_packed_count(const rs_conv *conv, rs_pass pass) {
  return uses_winograd(conv) ? rs_winograd_packed_count(conv, pass)
                             : rs_direct_packed_count(conv, pass);
}

void rs_fused_pack(rs_pool *pool, const rs_conv *conv, rs_pass pass, const float *weight,
                   float *packed) {
  if (uses_winograd(conv)) rs_winograd_pack(pool, conv, pass, weight, packed);
  else rs_direct_pack(pool, conv, pass, weight, packed);
}

size_t rs_fused_scratch_bytes(const rs_conv *conv, rs_pass pass, const rs_view *x,
                              const rs_view *y, int threads) {
  const size_t floats = uses_winograd(conv)
                            ? rs_winograd_scratch_floats(conv, pass, x, y, threads)
                            : rs_direct_scratch_floats(conv, pass, x, y, threads);
  return floats * sizeof(float) + ALIGNMENT;
}

int rs_fused_sum_blocks(const rs_conv *conv, rs_pass pass, const rs_view *x, const rs_view *y) {
  const int forward = pass == RS_PASS_FORWARD;
  return uses_winograd(conv)
             ? rs_winograd_sum_blocks(conv, pass, forward ? y : x)
             : rs_direct_sum_blocks(conv, pass, forward ? x : y, forward ? y : x);
}

static float *aligned(void *scratch) {
  return (float *)(((uintptr_t)scratch + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static void run(rs_pool *pool, const rs_conv *conv, rs_pass pass, const rs_source *from,
                const float *packed, const rs_sink *to, void *scratch) {
  if (uses_winograd(conv)) rs_winograd_run(pool, conv, pass, from, packed, to, aligned(scratch));
  else rs_direct_run(pool, conv, pass, from, packed, to, aligned(scratch));
}

void rs_fused_forward(rs_pool *pool, const rs_conv *conv, const rs_source *x, const float *packed,
                      const rs_sink *y, void *scratch) {
  run(pool, conv, RS_PASS_FORWARD, x, packed, y, scratch);
}

void rs_fused_input_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *dy,
                             const float *packed, const rs_sink *dx, void *scratch) {
  run(pool, conv, RS_PASS_INPUT_GRADIENT, dy, packed, dx, scratch);
}

void rs_fused_weight_gradient(rs_pool *pool, const rs_conv *conv, const rs_source *x,
                              const rs_source *dy, float *dw, void *scratch) {
  if (uses_winograd(conv)) rs_winograd_weight_gradient(pool, conv, x, dy, dw, aligned(scratch));
  else rs_direct_weight_gradient(pool, conv, x, dy, dw, aligned(scratch));
}
