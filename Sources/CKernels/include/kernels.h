// C kernels of the engine: numbers only, no allocation, no I/O.
#pragma once
#include "batch_norm.h"
#include "convolution.h"
#include "elementwise.h"
#include "fused.h"
#include "fused_convolution.h"
#include "fused_norm.h"
#include "instruction_sets.h"
#include "losses.h"
#include "optimisers.h"
#include "pool.h"
#include "pooling.h"
#include "types.h"
