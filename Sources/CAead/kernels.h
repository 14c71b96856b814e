#ifndef CAEAD_KERNELS_H
#define CAEAD_KERNELS_H

#include "include/caead.h"

#if defined(__x86_64__)
extern const caead_kernel caead_avx512vl, caead_avx2, caead_ssse3;
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
// Every such processor has NEON.
#define CAEAD_HAS_NEON
extern const caead_kernel caead_neon;
#endif

#endif
