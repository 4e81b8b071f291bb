// C kernels of the engine: numbers only, no allocation, no I/O.
#pragma once
#include "types.h"
