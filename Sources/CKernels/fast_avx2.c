// The fast kernels for AVX2 with FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "fast_kernels.h"
#include "real.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// From 8 - n on: a mask of the first n lanes.
static const int rs_lane_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define VL 8
#define ROWS 6
#define VECTORS 2
#define NAME(x) x##_avx2
#include "fast_kernels.inc"

#pragma clang attribute pop

const rs_kernel_table rs_kernels_avx2 = KERNEL_TABLE;
#endif
