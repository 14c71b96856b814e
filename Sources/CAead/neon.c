#include "kernels.h"

#if defined(CAEAD_HAS_NEON)
#define CAEAD_LANES 4
#define CAEAD_TARGET
#include "kernel.h"

const caead_kernel caead_neon = {"NEON", seal, open};
#endif
