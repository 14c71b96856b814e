#include "kernels.h"

const caead_kernel *caead_chosen;

void caead_choose(const caead_kernel *kernel) { __atomic_store_n(&caead_chosen, kernel, __ATOMIC_RELEASE); }

const caead_kernel *caead_kernel_at(size_t index) {
    const caead_kernel *found[4] = {NULL, NULL, NULL, NULL};
    size_t count = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        if (__builtin_cpu_supports("avx512vl")) found[count++] = &caead_avx512vl;
        found[count++] = &caead_avx2;
    }
    if (__builtin_cpu_supports("ssse3")) found[count++] = &caead_ssse3;
#elif defined(CAEAD_HAS_NEON)
    found[count++] = &caead_neon;
#endif
    return index < count ? found[index] : NULL;
}
