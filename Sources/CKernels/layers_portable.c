// The kernels of layers for what every CPU has (SSE2, NEON).
#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "random_draw.h"
#include "real.h"

#define VL 4
#define ROWS 6
#define VECTORS 2
#define NAME(x) x##_portable
#include "layer_kernels.inc"

const rs_layer_table rs_layers_portable = LAYER_TABLE;
