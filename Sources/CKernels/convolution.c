#include "include/convolution.h"

#include <cblas.h>
#include <string.h>

#include "include/fused_convolution.h"
#include "real.h"

enum {
  BLOCK_BYTES = 512 * 1024, // patches of one block stay in the second-level cache
  WEIGHT_CHUNKS = 8,        // partial sums of a weight gradient
  CHUNK_BYTES = 64 << 20,   // all partial sums together
};

static int taps(const rs_conv *conv) { return conv->kernel_h * conv->kernel_w; }

/// Whether each input pixel feeds one output pixel at most (patch embedding, 2x2 upsampling).
static int is_disjoint(const rs_conv *conv) {
  return conv->padding == 0 && conv->dilation == 1 && conv->kernel_h == conv->stride &&
         conv->kernel_w == conv->stride;
}

/// Whether the patches are the pixels themselves.
static int is_pointwise(const rs_conv *conv) {
  return taps(conv) == 1 && conv->stride == 1 && conv->padding == 0;
}

/// Pixels whose patches of `row` elements fill one block; a multiple of 8, by shape alone.
static int block_pixels(size_t size, int64_t row, int64_t pixels) {
  int64_t count = BLOCK_BYTES / (int64_t)(size * (size_t)row) / 8 * 8;
  if (count < 32) count = 32;
  return (int)(count < pixels ? count : pixels);
}

/// Partial sums of the weight gradient, by shape alone.
static int weight_chunks(size_t size, const rs_conv *conv, int64_t pixels) {
  const int64_t bytes = (int64_t)(size * rs_conv_packed_count(conv));
  int64_t chunks = WEIGHT_CHUNKS;
  if (chunks * bytes > CHUNK_BYTES) chunks = CHUNK_BYTES / bytes;
  if (chunks > pixels / 64) chunks = pixels / 64;
  return chunks < 1 ? 1 : (int)chunks;
}

/// Whether the single-precision kernels serve this convolution.
static int is_fused(rs_type type, const rs_conv *conv) {
  return type == RS_FLOAT32 && conv->algorithm >= RS_CONV_WINOGRAD;
}

/// The same with an algorithm that has a double version.
static rs_conv general(const rs_conv *conv) {
  rs_conv same = *conv;
  if (same.algorithm >= RS_CONV_WINOGRAD) same.algorithm = RS_CONV_GEMM;
  return same;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t rs_conv_packed_count(const rs_conv *conv) {
  const size_t count =
      (size_t)taps(conv) * (size_t)(conv->inputs / conv->groups) * (size_t)conv->outputs;
  if (conv->algorithm < RS_CONV_WINOGRAD) return count;
  return larger(count, larger(rs_fused_packed_count(conv, RS_PASS_FORWARD),
                              rs_fused_packed_count(conv, RS_PASS_INPUT_GRADIENT)));
}

size_t rs_conv_scratch_bytes(rs_type type, const rs_conv *any, const rs_view *x, const rs_view *y,
                             int threads) {
  if (is_fused(type, any)) {
    size_t bytes = 0;
    for (rs_pass pass = RS_PASS_FORWARD; pass <= RS_PASS_WEIGHT_GRADIENT; pass++)
      bytes = larger(bytes, rs_fused_scratch_bytes(any, pass, x, y, threads));
    return bytes;
  }
  const rs_conv same = general(any), *conv = &same;
  const size_t size = type == RS_FLOAT32 ? sizeof(float) : sizeof(double);
  if (conv->algorithm == RS_CONV_NAIVE) return 0;
  const int64_t widest = (int64_t)taps(conv) * rs_max(conv->inputs, conv->outputs);
  const int64_t pixels = rs_pixels(x) > rs_pixels(y) ? rs_pixels(x) : rs_pixels(y);
  // a block of patches for each thread, whichever side they are taken from
  const size_t narrow = (size_t)taps(conv) * (size_t)rs_min(conv->inputs, conv->outputs);
  const size_t patches = (size_t)block_pixels(size, widest, pixels) * (size_t)widest;
  const size_t others = (size_t)block_pixels(size, (int64_t)narrow, pixels) * narrow;
  const size_t block = (patches > others ? patches : others) * size;
  const size_t partials =
      (size_t)weight_chunks(size, conv, rs_pixels(y)) * rs_conv_packed_count(conv) * size;
  return (size_t)threads * block + partials;
}

static inline void f32_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
                            const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                            float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

static inline void f64_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
                            const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                            double *c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

#define REAL float
#define NAME(x) x##_f32
#define GEMM f32_gemm
#include "convolution_naive.inc"
#include "convolution_gemm.inc"
#undef REAL
#undef NAME
#undef GEMM

#define REAL double
#define NAME(x) x##_f64
#define GEMM f64_gemm
#include "convolution_naive.inc"
#include "convolution_gemm.inc"
#undef REAL
#undef NAME
#undef GEMM

void rs_conv_pack_forward(rs_type type, const rs_conv *any, const void *weight, void *packed) {
  if (is_fused(type, any)) {
    rs_fused_pack(NULL, any, RS_PASS_FORWARD, weight, packed);
    return;
  }
  const rs_conv same = general(any), *conv = &same;
  RS_DISPATCH(type, pack_forward, conv, weight, packed);
}

void rs_conv_pack_backward(rs_type type, const rs_conv *any, const void *weight, void *packed) {
  if (is_fused(type, any)) {
    rs_fused_pack(NULL, any, RS_PASS_INPUT_GRADIENT, weight, packed);
    return;
  }
  const rs_conv same = general(any), *conv = &same;
  RS_DISPATCH(type, pack_backward, conv, weight, packed);
}

void rs_conv_forward(rs_type type, rs_pool *pool, const rs_conv *any, const rs_view *x,
                     const void *packed, const void *bias, const rs_view *y, int accumulate,
                     void *scratch) {
  if (is_fused(type, any)) {
    const rs_source from = {.view = *x};
    const rs_sink to = {.view = *y, .bias = bias, .accumulate = accumulate};
    rs_fused_forward(pool, any, &from, packed, &to, scratch);
    return;
  }
  const rs_conv same = general(any), *conv = &same;
  if (conv->algorithm == RS_CONV_NAIVE)
    RS_DISPATCH(type, naive_forward, pool, conv, x, packed, bias, y, accumulate);
  else
    RS_DISPATCH(type, gemm_forward, pool, conv, x, packed, bias, y, accumulate, scratch);
}

void rs_conv_backward_input(rs_type type, rs_pool *pool, const rs_conv *any, const rs_view *dy,
                            const void *packed, const void *bias, const rs_view *dx, int accumulate,
                            void *scratch) {
  if (is_fused(type, any)) {
    const rs_source from = {.view = *dy};
    const rs_sink to = {.view = *dx, .bias = bias, .accumulate = accumulate};
    rs_fused_input_gradient(pool, any, &from, packed, &to, scratch);
    return;
  }
  const rs_conv same = general(any), *conv = &same;
  if (conv->algorithm == RS_CONV_NAIVE)
    RS_DISPATCH(type, naive_backward_input, pool, conv, dy, packed, bias, dx, accumulate);
  else
    RS_DISPATCH(type, gemm_backward_input, pool, conv, dy, packed, bias, dx, accumulate, scratch);
}

void rs_conv_backward_weight(rs_type type, rs_pool *pool, const rs_conv *any, const rs_view *x,
                             const rs_view *dy, void *dw, void *scratch) {
  if (is_fused(type, any)) {
    const rs_source from = {.view = *x}, gradient = {.view = *dy};
    rs_fused_weight_gradient(pool, any, &from, &gradient, dw, scratch);
    return;
  }
  const rs_conv same = general(any), *conv = &same;
  if (conv->algorithm == RS_CONV_NAIVE)
    RS_DISPATCH(type, naive_backward_weight, pool, conv, x, dy, dw);
  else
    RS_DISPATCH(type, gemm_backward_weight, pool, conv, x, dy, dw, scratch);
}

void rs_bias_gradient(rs_type type, const rs_view *dy, void *db) {
  RS_DISPATCH(type, bias_gradient, dy, db);
}

void rs_prepare_blas(void) { openblas_set_num_threads(1); }
