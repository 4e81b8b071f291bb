// The loops over channels for AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "context_kernels.h"
#include "real.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)

#define VL 16
#define VECTORS 2
#define REAL float
#define NAME(x) x##_avx512
#include "context_float.inc"

#pragma clang attribute pop

const rs_context_table rs_context_avx512 = CONTEXT_TABLE;
#endif
