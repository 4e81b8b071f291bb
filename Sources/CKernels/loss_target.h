// What pixels are compared with, for all losses.
#pragma once
#include "losses.h"

// Whether a pixel takes part in the loss.
static inline int takes_part(rs_loss_target target, size_t pixel) {
  if (target.labels) return target.labels[pixel] != RS_IGNORE;
  return !target.keep || target.keep[pixel];
}

// The target of one class at a pixel that takes part: 0 or 1 for a label.
static inline double share(rs_loss_target target, size_t pixel, size_t classes, size_t k) {
  if (target.labels) return target.labels[pixel] == (classes == 1 ? 1 : k);
  return target.probabilities[pixel * classes + k];
}

// Calls the kernel of the element type; the type is one of the two by contract.
#define DISPATCH(name, ...)                          \
  switch (type) {                                    \
    case RS_FLOAT32: name##_float(__VA_ARGS__); break;   \
    case RS_FLOAT64: name##_double(__VA_ARGS__); break;  \
  }
