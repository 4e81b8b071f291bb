// Optimiser steps, once for float and once for double. Shapes and owners: optimisers.h.
#include "optimisers.h"

#include <math.h>

#include "fast_kernels.h"

// Partial sums of `sum_of_squares`: as many as fill the vector registers.
enum { LANES = 16 };

#define REAL float
#define SQRT sqrtf
#define TYPED(name) name##_float
#include "optimisers.inc"
#undef REAL
#undef SQRT
#undef TYPED

#define REAL double
#define SQRT sqrt
#define TYPED(name) name##_double
#include "optimisers.inc"
#include "adam.inc" // for float each instruction set has its own
#undef REAL
#undef SQRT
#undef TYPED

// Calls the kernel of the element type; the type is one of the two by contract.
#define DISPATCH(name, ...)                              \
  switch (type) {                                        \
    case RS_FLOAT32: name##_float(__VA_ARGS__); break;   \
    case RS_FLOAT64: name##_double(__VA_ARGS__); break;  \
  }

void rs_sgd_step(
  rs_type type, size_t count, void *value, const void *gradient, void *velocity, double rate,
  double momentum, double weight_decay, int nesterov) {
  if (!velocity) {
    DISPATCH(sgd_plain, count, value, gradient, rate, weight_decay)
  } else {
    DISPATCH(sgd, count, value, gradient, velocity, rate, momentum, weight_decay, nesterov)
  }
}

void rs_adam_step(
  rs_type type, size_t count, void *value, const void *gradient, void *first, void *second,
  rs_adam adam) {
  if (type == RS_FLOAT32) rs_kernels()->adam(count, value, gradient, first, second, adam);
  else adam_double(count, value, gradient, first, second, adam);
}

double rs_sum_of_squares(rs_type type, size_t count, const void *x) {
  return type == RS_FLOAT32 ? sum_of_squares_float(count, x) : sum_of_squares_double(count, x);
}

void rs_scale(rs_type type, size_t count, void *x, double factor) {
  DISPATCH(scale, count, x, factor)
}

void rs_clamp(rs_type type, size_t count, void *x, double limit) {
  DISPATCH(clamp, count, x, limit)
}

void rs_moving_average(
  rs_type type, size_t count, void *average, const void *value, double decay) {
  DISPATCH(moving_average, count, average, value, decay)
}
