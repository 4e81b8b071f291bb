// The element types and the tensor view that every kernel shares.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Element type of the tensors a kernel is called on. Double is the oracle of gradient checks.
typedef enum { RS_FLOAT32 = 0, RS_FLOAT64 = 1 } rs_type;

/// A view of NHWC data: pixels follow each other row by row, image by image, `stride` elements
/// apart, so that a tensor can be a range of channels of a wider one (a concatenation).
typedef struct {
  void *data;      ///< first channel of the first pixel
  int32_t n, h, w; ///< images, rows, columns
  int32_t c;       ///< channels
  int64_t stride;  ///< elements from one pixel to the next, at least c
} rs_view;
