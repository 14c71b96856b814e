// ChaCha20-Poly1305 (RFC 8439 2.8) by the vectors of chacha20.h, as the functions `seal` and `open`. Each kernel's source
// includes this once, with what chacha20.h asks for.
#include "poly1305.h"
#include "chacha20.h"

FUNCTION void set_input(uint32_t input[16], const uint8_t *key, const uint8_t *nonce) {
    static const uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    __builtin_memcpy(input, constants, 16);
    __builtin_memcpy(input + 4, key, 32);
    input[12] = 0;
    __builtin_memcpy(input + 13, nonce, 12);
}

// The blocks that a message of `count` bytes needs before any other: block 0 is the key of Poly1305.
FUNCTION void first_key_stream(const uint32_t input[16], uint8_t stream[STRIDE], size_t count) {
#ifdef FEW
    if (count <= 64 * FEW - 64) return few_blocks(input, stream);
#endif
    (void)count;
    caead_poly1305 none = {0};
    key_stream(input, 0, stream, &none, NULL, 0);
}

FUNCTION size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// What is left of the message from `done` on, and the lengths.
FUNCTION void finish(
    caead_poly1305 *p, const uint8_t *key, size_t additional_count, const uint8_t *bytes, size_t done, size_t count,
    uint64_t tag[2]
) {
    caead_poly1305_padded(p, bytes + done, count - done);
    caead_poly1305_words(p, additional_count, count);
    caead_poly1305_tag(p, key, tag);
}

// The message begins with block 1 of the key stream. While that of one stretch is made, the ciphertext of the stretches
// before is authenticated.
CAEAD_TARGET static void seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *source, size_t count, uint8_t *destination
) {
    uint32_t input[16];
    uint8_t first[STRIDE] __attribute__((aligned(32))), stream[STRIDE] __attribute__((aligned(32)));
    caead_poly1305 p;
    set_input(input, key, nonce);
    first_key_stream(input, first, count);
    caead_poly1305_begin(&p, first);
    if (additional_count > 0) caead_poly1305_padded(&p, additional, additional_count);

    size_t encrypted = smaller(count, STRIDE - 64), authenticated = 0;
    apply(destination, source, first + 64, encrypted);
    for (uint32_t block = CAEAD_LANES; encrypted < count; block += CAEAD_LANES) {
        authenticated += key_stream(
            input, block, stream, &p, destination + authenticated, encrypted - authenticated);
        size_t stretch = smaller(count - encrypted, STRIDE);
        apply(destination + encrypted, source + encrypted, stream, stretch);
        encrypted += stretch;
    }
    uint64_t tag[2];
    finish(&p, first, additional_count, destination, authenticated, count, tag);
    __builtin_memcpy(destination + count, tag, 16);
}

// Authenticates ahead of decrypting, as in place the one reads what the other overwrites: a stretch is decrypted when the
// key stream of the next is made, and the last one when the tag is right.
CAEAD_TARGET static bool open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *source, size_t count, uint8_t *destination
) {
    uint32_t input[16];
    uint8_t first[STRIDE] __attribute__((aligned(32))), streams[2][STRIDE] __attribute__((aligned(32)));
    caead_poly1305 p;
    count -= 16;
    set_input(input, key, nonce);
    first_key_stream(input, first, count);
    caead_poly1305_begin(&p, first);
    if (additional_count > 0) caead_poly1305_padded(&p, additional, additional_count);

    const uint8_t *stream = first + 64;
    size_t decrypted = 0, stretch = smaller(count, STRIDE - 64), authenticated = 0;
    for (uint32_t block = CAEAD_LANES; decrypted + stretch < count; block += CAEAD_LANES) {
        uint8_t *next = streams[block / CAEAD_LANES % 2];
        // As many bytes as a stretch has, or more.
        authenticated += key_stream(input, block, next, &p, source + authenticated, count - authenticated);
        apply(destination + decrypted, source + decrypted, stream, stretch);
        decrypted += stretch;
        stretch = smaller(count - decrypted, STRIDE);
        stream = next;
    }
    uint64_t tag[2], sent[2];
    finish(&p, first, additional_count, source, authenticated, count, tag);
    __builtin_memcpy(sent, source + count, 16);
    uint64_t difference = (tag[0] ^ sent[0]) | (tag[1] ^ sent[1]);
    CAEAD_PUBLIC(difference);
    if (difference != 0) {
        __builtin_memset(destination, 0, decrypted);
        return false;
    }
    apply(destination + decrypted, source + decrypted, stream, stretch);
    return true;
}
