// Poly1305 (RFC 8439 2.5) in 64-bit words, for one message block after the other. A vector kernel calls it between its
// rounds: multiplications of words and of vectors go through different ports of the processor.
//
// The accumulator is h0 + h1 * 2^64 + h2 * 2^128, reduced so far that h2 stays below 8.
#ifndef CAEAD_POLY1305_H
#define CAEAD_POLY1305_H

#include <stddef.h>
#include <stdint.h>

#define CAEAD_INLINE static inline __attribute__((always_inline))

// A check that secrets decide no branch defines this: what it takes may from then on.
#ifndef CAEAD_PUBLIC
#define CAEAD_PUBLIC(value)
#endif

typedef unsigned __int128 caead_wide;

typedef struct {
    uint64_t h0, h1, h2;
    // The key, clamped: r1 is a multiple of 4, so that r1 * 2^128 is 5 * r1 / 4 modulo 2^130 - 5. That is s1.
    uint64_t r0, r1, s1;
} caead_poly1305;

CAEAD_INLINE uint64_t caead_load(const uint8_t *bytes) {
    uint64_t word;
    __builtin_memcpy(&word, bytes, 8);
    return word;
}

CAEAD_INLINE void caead_store(uint8_t *bytes, uint64_t word) { __builtin_memcpy(bytes, &word, 8); }

// Takes the first 16 of the key's 32 bytes; the others are for `caead_poly1305_tag`.
CAEAD_INLINE void caead_poly1305_begin(caead_poly1305 *p, const uint8_t *key) {
    p->h0 = p->h1 = p->h2 = 0;
    p->r0 = caead_load(key) & 0x0ffffffc0fffffff;
    p->r1 = caead_load(key + 8) & 0x0ffffffc0ffffffc;
    p->s1 = p->r1 + (p->r1 >> 2);
}

// A whole block: the message's two words with 2^128 on top.
CAEAD_INLINE void caead_poly1305_words(caead_poly1305 *p, uint64_t m0, uint64_t m1) {
    caead_wide sum = (caead_wide)p->h0 + m0;
    uint64_t h0 = (uint64_t)sum;
    sum = (sum >> 64) + p->h1 + m1;
    uint64_t h1 = (uint64_t)sum;
    uint64_t h2 = p->h2 + 1 + (uint64_t)(sum >> 64);

    // h2 is at most 6 here, r0, r1 and s1 are less than 2^61: nothing overflows.
    caead_wide d0 = (caead_wide)h0 * p->r0 + (caead_wide)h1 * p->s1;
    caead_wide d1 = (caead_wide)h0 * p->r1 + (caead_wide)h1 * p->r0 + h2 * p->s1 + (uint64_t)(d0 >> 64);
    uint64_t d2 = h2 * p->r0 + (uint64_t)(d1 >> 64);

    // What is above 2^130 comes back five times.
    sum = (caead_wide)(uint64_t)d0 + ((d2 & ~(uint64_t)3) + (d2 >> 2));
    p->h0 = (uint64_t)sum;
    sum = (sum >> 64) + (uint64_t)d1;
    p->h1 = (uint64_t)sum;
    p->h2 = (d2 & 3) + (uint64_t)(sum >> 64);
}

CAEAD_INLINE void caead_poly1305_block(caead_poly1305 *p, const uint8_t *bytes) {
    caead_poly1305_words(p, caead_load(bytes), caead_load(bytes + 8));
}

// All bytes, filled up with zeros to whole blocks.
CAEAD_INLINE void caead_poly1305_padded(caead_poly1305 *p, const uint8_t *bytes, size_t count) {
    for (; count >= 16; count -= 16, bytes += 16) caead_poly1305_block(p, bytes);
    if (count > 0) {
        uint8_t block[16] = {0};
        __builtin_memcpy(block, bytes, count);
        caead_poly1305_block(p, block);
    }
}

CAEAD_INLINE void caead_poly1305_tag(const caead_poly1305 *p, const uint8_t *key, uint64_t tag[2]) {
    // h is below twice 2^130 - 5: subtract that once if h + 5 reaches 2^130.
    caead_wide sum = (caead_wide)p->h0 + 5;
    uint64_t reduced0 = (uint64_t)sum;
    sum = (sum >> 64) + p->h1;
    uint64_t reduced1 = (uint64_t)sum;
    uint64_t mask = 0 - ((p->h2 + (uint64_t)(sum >> 64)) >> 2);
    sum = (caead_wide)((p->h0 & ~mask) | (reduced0 & mask)) + caead_load(key + 16);
    tag[0] = (uint64_t)sum;
    tag[1] = ((p->h1 & ~mask) | (reduced1 & mask)) + caead_load(key + 24) + (uint64_t)(sum >> 64);
}

#endif
