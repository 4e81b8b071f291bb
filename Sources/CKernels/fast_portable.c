// The fast kernels for what every CPU has (SSE2, NEON).
#include <math.h>
#include <string.h>

#include "fast_kernels.h"
#include "real.h"

#define VL 4
#define ROWS 6
#define VECTORS 2
#define NAME(x) x##_portable
#include "fast_kernels.inc"

const rs_kernel_table rs_kernels_portable = KERNEL_TABLE;
