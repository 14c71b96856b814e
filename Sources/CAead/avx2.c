#include "kernels.h"

#if defined(__x86_64__)
// All of these have BMI2 too, whose multiplication leaves the carry alone.
#define CAEAD_LANES 8
#define CAEAD_TARGET __attribute__((target("avx2,bmi2")))
#include "kernel.h"

const caead_kernel caead_avx2 = {"AVX2", seal, open};
#endif
