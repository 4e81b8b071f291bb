// The kernels of layers for the instruction set in use.
#include "layer_kernels.h"

const rs_layer_table *rs_layers(void) {
  switch (rs_isa_current()) {
#if defined(__x86_64__)
    case RS_ISA_AVX512: return &rs_layers_avx512;
    case RS_ISA_AVX2: return &rs_layers_avx2;
#endif
    default: return &rs_layers_portable;
  }
}
