// Packs and runs CGNet's pair of depthwise convolutions.
#include "include/context_pair.h"

#include <string.h>

#include "context_kernels.h"
#include "real.h"

enum { BLOCK_ELEMENTS = 16384 };

size_t rs_context_pair_packed_count(int channels) {
  return (size_t)RS_PAIR_ROWS * (size_t)rs_padded(channels);
}

void rs_context_pair_pack(int channels, const float *near, const float *around, const float *scale,
                          const float *shift, const float *slope, float *packed) {
  const int padded = rs_padded(channels);
  memset(packed, 0, rs_context_pair_packed_count(channels) * sizeof(float));
  for (int c = 0; c < channels; c++) {
    for (int t = 0; t < 9; t++) {
      packed[t * padded + c] = near[c * 9 + t] * scale[c];
      packed[(9 + t) * padded + c] = around[c * 9 + t] * scale[channels + c];
    }
    packed[18 * padded + c] = shift[c];
    packed[19 * padded + c] = slope[c];
    packed[20 * padded + c] = shift[channels + c];
    packed[21 * padded + c] = slope[channels + c];
  }
}

void rs_context_pair(rs_pool *pool, int dilation, const float *packed, const rs_view *x,
                     const rs_view *y) {
  const int64_t rows = BLOCK_ELEMENTS / ((int64_t)x->w * x->c);
  rs_pair_job job = {*x, *y, dilation, rows < 1 ? 1 : (int)rows, 0, packed};
  job.blocks = rs_divide_up(x->h, job.rows);
  rs_pool_run(pool, x->n * job.blocks, rs_context(RS_FLOAT32)->pair, &job);
}
