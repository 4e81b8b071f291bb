// Which vector instructions the single-precision kernels use.
#pragma once

/// An instruction set that the fast kernels are compiled for.
typedef enum {
  RS_ISA_PORTABLE = 0, ///< vectors of 4, what every CPU of the platform has (SSE2, NEON)
  RS_ISA_AVX2 = 1,     ///< vectors of 8 with fused multiply-add
  RS_ISA_AVX512 = 2,   ///< vectors of 16
} rs_isa;

/// The best that this CPU has.
rs_isa rs_isa_best(void);

/// The one in use in the calling thread: the best, unless another was chosen.
rs_isa rs_isa_current(void);

/// Uses `isa` from now on, or the best there is where the CPU lacks it. Packed weights must be packed
/// again. Not to be called while a kernel runs.
void rs_isa_use(rs_isa isa);

/// The same for kernels that the calling thread starts, whatever others use; -1 ends it.
void rs_isa_use_in_thread(int isa);
