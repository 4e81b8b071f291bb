// The loops over channels for double, and for what every CPU has (SSE2, NEON).
#include <string.h>

#include "context_kernels.h"
#include "real.h"

#define REAL double
#define NAME(x) x##_f64
#define AVERAGE_FORWARD average_forward_f64
#define PAIR 0
#include "context_kernels.inc"
const rs_context_table rs_context_f64 = CONTEXT_TABLE;
#undef REAL
#undef NAME
#undef INLINE
#undef EACH_CHANNEL
#undef EACH_ROW
#undef CONTEXT_TABLE
#undef AVERAGE_FORWARD
#undef PAIR

#define VL 4
#define VECTORS 2
#define REAL float
#define NAME(x) x##_portable
#include "context_float.inc"
const rs_context_table rs_context_portable = CONTEXT_TABLE;
