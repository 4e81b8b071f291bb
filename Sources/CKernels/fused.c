// Transfers from a source to a sink, and what becomes of the sums per block.
#include "include/fused.h"

#include "fast_kernels.h"
#include "real.h"

enum { BLOCK_ELEMENTS = 32768 };

size_t rs_sums_stride(int channels) { return 2 * (size_t)channels + 1; }

double rs_sums_merge_moments(const float *partials, int blocks, int channels, double *mean,
                             double *m2) {
  const size_t stride = rs_sums_stride(channels);
  double count = 0;
  for (int c = 0; c < channels; c++) mean[c] = m2[c] = 0;
  for (int k = 0; k < blocks; k++) { // Chan, Golub and LeVeque 1979
    const float *part = partials + (size_t)k * stride;
    const double n = (double)part[2 * channels], total = count + n;
    if (n == 0) continue;
    for (int c = 0; c < channels; c++) {
      const double delta = (double)part[c] - mean[c];
      mean[c] += delta * n / total;
      m2[c] += (double)part[channels + c] + delta * delta * count * n / total;
    }
    count = total;
  }
  return count;
}

void rs_sums_merge_gradients(const float *partials, int blocks, int channels, double *sum,
                             double *product) {
  const size_t stride = rs_sums_stride(channels);
  for (int c = 0; c < channels; c++) sum[c] = product[c] = 0;
  for (int k = 0; k < blocks; k++) {
    const float *part = partials + (size_t)k * stride;
    if (part[2 * channels] == 0) continue;
    for (int c = 0; c < channels; c++) {
      sum[c] += (double)part[c];
      product[c] += (double)part[channels + c];
    }
  }
}

/// Rows of one item, an even number: pooling windows stay whole.
static int block_rows(const rs_view *y) {
  const int64_t rows = BLOCK_ELEMENTS / ((int64_t)y->w * y->c) / 2 * 2;
  return rows < 2 ? 2 : rows > y->h ? (y->h + 1) / 2 * 2 : (int)rows;
}

int rs_transfer_sum_blocks(const rs_view *y) {
  return y->n * rs_divide_up(y->h, block_rows(y));
}

static void run(rs_pool *pool, rs_job block, const rs_source *source, const rs_view *dy,
                const rs_sink *sink) {
  const rs_view *y = &sink->view;
  rs_transfer_job job = {source, dy, sink, block_rows(y), rs_divide_up(y->h, block_rows(y))};
  rs_run(pool, rs_transfer_sum_blocks(y), block, &job);
}

void rs_transfer(rs_pool *pool, const rs_source *x, const rs_sink *y) {
  run(pool, rs_kernels()->transfer_block, x, NULL, y);
}

void rs_max_pool2_backward(rs_pool *pool, const rs_source *x, const rs_view *dy,
                           const rs_sink *dx) {
  run(pool, rs_kernels()->max_pool_backward_block, x, dy, dx);
}
