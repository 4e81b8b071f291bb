// Sets up the decoder of a pyramid.
#include "include/pyramid.h"

#include "layer_kernels.h"
#include "real.h"

enum { SEGMENT = 24 };

size_t rs_pyramid_packed_count(int outputs, int inputs) {
  return (size_t)rs_padded(outputs) * (size_t)inputs;
}

void rs_pyramid_pack(const float *weight, int outputs, int inputs, float *packed) {
  rs_layers()->pack_transposed(weight, inputs, outputs, inputs, packed);
}

/// Floats of one thread.
static size_t stride_of(const rs_pyramid *p) {
  size_t pixels = SEGMENT;
  for (int l = 0; l < p->level_count; l++) pixels += (size_t)p->levels[l].w;
  return pixels * (size_t)rs_padded(p->width) + SEGMENT * (size_t)rs_padded(p->outputs);
}

static size_t tap_bytes(const rs_pyramid *p) {
  return (size_t)p->level_count * (size_t)(p->x.h + p->x.w) * sizeof(rs_resize_tap);
}

size_t rs_pyramid_scratch_bytes(const rs_pyramid *pyramid, int threads) {
  return tap_bytes(pyramid) + (size_t)threads * stride_of(pyramid) * sizeof(float);
}

void rs_pyramid_forward(rs_pool *pool, const rs_pyramid *pyramid, const rs_view *y, void *scratch) {
  rs_pyramid_job job = {.pyramid = pyramid, .y = *y, .padded = rs_padded(pyramid->width),
                        .scratch = (float *)((char *)scratch + tap_bytes(pyramid)),
                        .scratch_stride = stride_of(pyramid)};
  rs_resize_tap *taps = scratch;
  for (int l = 0; l < pyramid->level_count; l++) {
    rs_resize_find_taps(pyramid->levels[l].h, pyramid->x.h, taps);
    job.rows[l] = taps;
    taps += pyramid->x.h;
    rs_resize_find_taps(pyramid->levels[l].w, pyramid->x.w, taps);
    job.columns[l] = taps;
    taps += pyramid->x.w;
  }
  rs_run(pool, pyramid->x.n * pyramid->x.h, rs_layers()->pyramid_row, &job);
}
