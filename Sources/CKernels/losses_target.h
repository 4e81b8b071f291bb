// What the files of losses share: reading a target.
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
