// The fast kernels for AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "fast_kernels.h"
#include "real.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)

#define VL 16
#define ROWS 12
#define VECTORS 2
#define NAME(x) x##_avx512
#include "fast_kernels.inc"

#pragma clang attribute pop

const rs_kernel_table rs_kernels_avx512 = KERNEL_TABLE;
#endif
