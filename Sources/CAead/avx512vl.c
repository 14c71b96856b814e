#include "kernels.h"

#if defined(__x86_64__)
// Vectors of AVX2's length, with twice as many registers and rotation in one instruction. Those of 512 bits would leave a
// third of the blocks of a full packet unused, and some processors are slower for a while after them.
#define CAEAD_LANES 8
#define CAEAD_TARGET __attribute__((target("avx2,bmi2,avx512f,avx512vl")))
#include "kernel.h"

const caead_kernel caead_avx512vl = {"AVX-512VL", seal, open};
#endif
