// The kernels of layers for AVX2 with FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "random_draw.h"
#include "real.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// From 8 - n on: a mask of the first n lanes.
static const int rs_lane_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define VL 8
#define ROWS 6
#define VECTORS 2
#define NAME(x) x##_avx2
#include "layer_kernels.inc"

#pragma clang attribute pop

const rs_layer_table rs_layers_avx2 = LAYER_TABLE;
#endif
