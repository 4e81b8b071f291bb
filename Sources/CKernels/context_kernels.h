// What the loops over channels share with the code that sets up their jobs. They are plain C that the
// compiler turns into vectors, built for double and for float once for each instruction set.
#pragma once
#include "include/pool.h"
#include "include/types.h"

/// An item is a block of rows of one image (of y for pools).
typedef struct {
  rs_view x, other, dy, y; // y: or the gradient that is written
  const void *weight;      // (c) of the element type
  int size, stride, padding;
  int accumulate;
  int rows, blocks; // rows of a block, blocks of an image
  double factor;
  double *partials; // [item][c]
} rs_context_job;

/// The kernels of one element type and instruction set.
typedef struct {
  rs_job prelu_forward, prelu_backward;
  rs_job absolute_difference_forward, absolute_difference_backward;
  rs_job average_forward, average_backward;
  rs_job channel_sums, channel_products, spread, gate;
} rs_context_table;

extern const rs_context_table rs_context_f64, rs_context_portable;
#if defined(__x86_64__)
extern const rs_context_table rs_context_avx2, rs_context_avx512;
#endif
