// The loops over channels for AVX2 with FMA.
#if defined(__x86_64__)
#include "context_kernels.h"
#include "real.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define REAL float
#define NAME(x) x##_avx2
#include "context_kernels.inc"
#pragma clang attribute pop

const rs_context_table rs_context_avx2 = CONTEXT_TABLE;
#endif
