// The decoder of a pyramid in one pass over the largest level, single precision: its map, the deeper
// levels enlarged, rectifier and classifier, row by row, without storing what lies between.
#pragma once
#include "pool.h"
#include "types.h"

enum { RS_PYRAMID_LEVELS = 8 }; ///< deeper ones at most

/// What is summed up and what follows.
typedef struct {
  rs_view x;                         ///< the first level, (n, h, w, c)
  rs_view levels[RS_PYRAMID_LEVELS]; ///< mapped deeper levels, (n, h', w', width)
  int32_t level_count, width;
  const float *weight;               ///< of x: (width, c) from `rs_pyramid_pack`
  const float *bias;                 ///< (width)
  int32_t rectify;
  int32_t outputs;                   ///< of the classifier; 0: none
  const float *classifier;           ///< (outputs, width) from `rs_pyramid_pack`
  const float *classifier_bias;      ///< (outputs) or NULL
} rs_pyramid;

/// Floats of packed weights (outputs, inputs).
size_t rs_pyramid_packed_count(int outputs, int inputs);

/// Packs weights (outputs, inputs) for the instruction set in use.
void rs_pyramid_pack(const float *weight, int outputs, int inputs, float *packed);

/// Bytes of scratch; only shapes are read.
size_t rs_pyramid_scratch_bytes(const rs_pyramid *pyramid, int threads);

/// y = classifier(rectify(weight x + bias + enlarged levels)). y: (n, h, w, outputs), or (…, width).
void rs_pyramid_forward(rs_pool *pool, const rs_pyramid *pyramid, const rs_view *y, void *scratch);
