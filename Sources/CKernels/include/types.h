// The element types that every kernel is compiled for.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Element type of the tensors a kernel is called on. Double is the oracle of gradient checks.
typedef enum { RS_FLOAT32 = 0, RS_FLOAT64 = 1 } rs_type;
