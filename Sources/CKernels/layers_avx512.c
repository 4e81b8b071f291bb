// The kernels of layers for AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "random_draw.h"
#include "real.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)

#define VL 16
#define ROWS 12
#define VECTORS 2
#define NAME(x) x##_avx512
#include "layer_kernels.inc"

#pragma clang attribute pop

const rs_layer_table rs_layers_avx512 = LAYER_TABLE;
#endif
