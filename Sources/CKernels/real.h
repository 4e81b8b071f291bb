// Compiles an .inc file once for float and once for double: `REAL` is the element type,
// `NAME(x)` the mangled name. A `switch` on rs_type picks one (`RS_DISPATCH`).
#pragma once
#include "include/types.h"

#define RS_DISPATCH(type, name, ...) \
  ((type) == RS_FLOAT32 ? name##_f32(__VA_ARGS__) : name##_f64(__VA_ARGS__))

static inline int rs_min(int a, int b) { return a < b ? a : b; }
static inline int rs_max(int a, int b) { return a > b ? a : b; }
static inline int rs_divide_up(int64_t a, int64_t b) { return (int)((a + b - 1) / b); }
static inline int64_t rs_pixels(const rs_view *v) { return (int64_t)v->n * v->h * v->w; }
