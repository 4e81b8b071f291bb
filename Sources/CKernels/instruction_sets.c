// Chooses the kernels by what the CPU has.
#include "include/instruction_sets.h"

#include <stdatomic.h>
#include <stddef.h>

#include "fast_kernels.h"

static _Atomic(const rs_kernel_table *) chosen; // NULL: the best
static _Thread_local const rs_kernel_table *chosen_in_thread; // NULL: as all

rs_isa rs_isa_best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return RS_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return RS_ISA_AVX2;
#endif
  return RS_ISA_PORTABLE;
}

/// The kernels for `isa`, or the best there is.
static const rs_kernel_table *table_of(rs_isa isa) {
  const rs_isa best = rs_isa_best();
  if (isa > best) isa = best;
#if defined(__x86_64__)
  if (isa == RS_ISA_AVX512) return &rs_kernels_avx512;
  if (isa == RS_ISA_AVX2) return &rs_kernels_avx2;
#endif
  (void)isa;
  return &rs_kernels_portable;
}

void rs_isa_use(rs_isa isa) {
  atomic_store(&chosen, table_of(isa));
}

void rs_isa_use_in_thread(int isa) {
  chosen_in_thread = isa < 0 ? NULL : table_of((rs_isa)isa);
}

const rs_kernel_table *rs_kernels(void) {
  if (chosen_in_thread) return chosen_in_thread;
  const rs_kernel_table *table = atomic_load(&chosen);
  if (table) return table;
  rs_isa_use(rs_isa_best());
  return atomic_load(&chosen);
}

rs_isa rs_isa_current(void) {
  const rs_kernel_table *table = rs_kernels();
  return table->lanes == 16 ? RS_ISA_AVX512 : table->lanes == 8 ? RS_ISA_AVX2 : RS_ISA_PORTABLE;
}

void rs_run(rs_pool *pool, int items, rs_job job, void *context) {
  if (pool) rs_pool_run(pool, items, job, context);
  else
    for (int item = 0; item < items; item++) job(context, item, 0);
}
