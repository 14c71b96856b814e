#include "kernels.h"

#if defined(__x86_64__)
// For the byte shuffle.
#define CAEAD_LANES 4
#define CAEAD_TARGET __attribute__((target("ssse3")))
#include "kernel.h"

const caead_kernel caead_ssse3 = {"SSSE3", seal, open};
#endif
