// The loops over channels for AVX2 with FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "context_kernels.h"
#include "real.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// From 8 - n on: a mask of the first n lanes.
static const int rs_lane_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define VL 8
#define VECTORS 2
#define REAL float
#define NAME(x) x##_avx2
#include "context_float.inc"

#pragma clang attribute pop

const rs_context_table rs_context_avx2 = CONTEXT_TABLE;
#endif
