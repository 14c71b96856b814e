// ChaCha20-Poly1305 (RFC 8439 2.8) with the vector instructions of the processor that the program runs on. Where there
// is no kernel for it, the caller takes libsodium.
#ifndef CAEAD_H
#define CAEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The key has 32 bytes, the nonce 12. `source` and `destination` are the same address or do not overlap; no alignment is
// asked for. Time and memory accesses depend on the counts alone, and in `open` on whether the tag is right. What is
// computed on the stack is not erased.
typedef struct {
    const char *name;
    // Encrypts `count` bytes and puts the tag of 16 behind them.
    void (*seal)(
        const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
        const uint8_t *source, size_t count, uint8_t *destination);
    // `count` is that of ciphertext and tag together, 16 or more. False when the tag is wrong; what has been decrypted
    // by then is zeros.
    bool (*open)(
        const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
        const uint8_t *source, size_t count, uint8_t *destination);
} caead_kernel;

// The kernels that this processor can run, the fastest first; NULL behind the last one. Any thread.
const caead_kernel *caead_kernel_at(size_t index);

// What `caead_seal` and `caead_open` call from now on: a kernel, or NULL.
void caead_choose(const caead_kernel *kernel);

extern const caead_kernel *caead_chosen;

// False when no kernel is chosen: nothing has been done then.
static inline bool caead_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *source, size_t count, uint8_t *destination
) {
    const caead_kernel *kernel = __atomic_load_n(&caead_chosen, __ATOMIC_ACQUIRE);
    if (!kernel) return false;
    kernel->seal(key, nonce, NULL, 0, source, count, destination);
    return true;
}

// 1 when the message is genuine, 0 when not, -1 when no kernel is chosen.
static inline int caead_open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *source, size_t count, uint8_t *destination
) {
    const caead_kernel *kernel = __atomic_load_n(&caead_chosen, __ATOMIC_ACQUIRE);
    if (!kernel) return -1;
    return kernel->open(key, nonce, NULL, 0, source, count, destination);
}

#endif
