// Holds each kernel of CAead that this processor runs to a plain implementation of RFC 8439, written for nothing but to be
// right: every length up to 1700 bytes, apart and in place, at odd addresses, with and without additional data, wrong
// tags. Says `ok - KERNEL ...` or `not ok - KERNEL ...` for each; 1 when one is wrong, 3 when there is none.
//
// It needs no libc, so that a compiler alone can build it for another processor: with FREESTANDING it has its own start,
// on x86-64 for a machine without any system (bare-machine.S).
#include "caead.h"

#ifdef FREESTANDING
#ifdef __x86_64__
static void put(uint16_t port, char byte) { __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port)); }
static void print(const char *text) {
    while (*text) put(0xe9, *text++);
}
// Bochs ends when it reads this at this port. It knows no status.
static void leave(int status) {
    print(status == 0 ? "right\n" : "wrong\n");
    for (const char *text = "Shutdown"; *text; text++) put(0x8900, *text);
}
#else
static long call(long number, long a, long b, long c) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
static void print(const char *text) { call(64, 1, (long)text, (long)__builtin_strlen(text)); }
static void leave(int status) { call(93, status, 0, 0); }
#endif
size_t strlen(const char *text) {
    size_t count = 0;
    while (text[count]) count++;
    return count;
}
void *memcpy(void *to, const void *from, size_t count) {
    for (size_t i = 0; i < count; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}
void *memset(void *to, int value, size_t count) {
    for (size_t i = 0; i < count; i++) ((volatile char *)to)[i] = (char)value;
    return to;
}
int main(void);
void _start(void) {
    int status = main();
    for (;;) leave(status);
}
#else
#include <stdio.h>
static void print(const char *text) { fputs(text, stdout); }
#endif
#if defined FREESTANDING && defined __x86_64__
// The others run elsewhere, faster.
enum { kernels = 1 };
#else
enum { kernels = 9 };
#endif

// The plain implementation.

static uint32_t word(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void quarter(uint32_t *x, int a, int b, int c, int d) {
    static const int shifts[4] = {16, 12, 8, 7};
    for (int i = 0; i < 4; i++) {
        int p = i % 2 ? c : a, q = i % 2 ? d : b, r = i % 2 ? b : d;
        x[p] += x[q];
        x[r] ^= x[p];
        x[r] = x[r] << shifts[i] | x[r] >> (32 - shifts[i]);
    }
}

// RFC 8439 2.3.
static void plain_block(const uint8_t *key, const uint8_t *nonce, uint32_t number, uint8_t block[64]) {
    uint32_t start[16], x[16];
    for (int i = 0; i < 4; i++) start[i] = word((const uint8_t *)"expand 32-byte k" + 4 * i);
    for (int i = 0; i < 8; i++) start[4 + i] = word(key + 4 * i);
    start[12] = number;
    for (int i = 0; i < 3; i++) start[13 + i] = word(nonce + 4 * i);
    for (int i = 0; i < 16; i++) x[i] = start[i];
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 4; j++) quarter(x, j, 4 + j, 8 + j, 12 + j);
        for (int j = 0; j < 4; j++) quarter(x, j, 4 + (j + 1) % 4, 8 + (j + 2) % 4, 12 + (j + 3) % 4);
    }
    for (int i = 0; i < 64; i++) block[i] = (uint8_t)((x[i / 4] + start[i / 4]) >> 8 * (i % 4));
}

// RFC 8439 2.5 in digits of a byte, least first: the sum and the key have 17.
static void plain_poly1305_block(uint32_t sum[17], const uint8_t *r, const uint8_t *block) {
    uint32_t product[17] = {0}, carry = 0;
    for (int i = 0; i < 17; i++) {
        carry += sum[i] + (i < 16 ? block[i] : 1);
        sum[i] = carry & 255;
        carry >>= 8;
    }
    // 2^136 is 320 modulo 2^130 - 5.
    for (int i = 0; i < 17; i++) {
        for (int j = 0; j < 16; j++) product[(i + j) % 17] += sum[i] * r[j] * (i + j < 17 ? 1 : 320);
    }
    carry = 0;
    for (int i = 0; i < 17; i++) {
        carry += product[i];
        sum[i] = carry & 255;
        carry >>= 8;
    }
    // What is above 2^130 comes back five times.
    carry = 5 * (carry << 6 | sum[16] >> 2);
    sum[16] &= 3;
    for (int i = 0; i < 17; i++) {
        carry += sum[i];
        sum[i] = carry & 255;
        carry >>= 8;
    }
}

static void plain_poly1305(uint32_t sum[17], const uint8_t *r, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        uint8_t block[16] = {0};
        for (size_t j = 0; j < 16 && i + j < count; j++) block[j] = bytes[i + j];
        plain_poly1305_block(sum, r, block);
    }
}

static void plain_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *source, size_t count, uint8_t *destination
) {
    uint8_t first[64], block[64], lengths[16] = {0};
    uint32_t sum[17] = {0}, reduced[17], carry = 5;
    plain_block(key, nonce, 0, first);
    for (int i = 0; i < 4; i++) first[4 * i + 3] &= 15;
    for (int i = 1; i < 4; i++) first[4 * i] &= 252;
    for (size_t i = 0; i < count; i++) {
        if (i % 64 == 0) plain_block(key, nonce, (uint32_t)(1 + i / 64), block);
        destination[i] = source[i] ^ block[i % 64];
    }
    plain_poly1305(sum, first, additional, additional_count);
    plain_poly1305(sum, first, destination, count);
    for (int i = 0; i < 8; i++) {
        lengths[i] = (uint8_t)((uint64_t)additional_count >> 8 * i);
        lengths[8 + i] = (uint8_t)((uint64_t)count >> 8 * i);
    }
    plain_poly1305(sum, first, lengths, 16);
    for (int i = 0; i < 17; i++) {
        carry += sum[i];
        reduced[i] = carry & 255;
        carry >>= 8;
    }
    carry = 0;
    for (int i = 0; i < 16; i++) {
        carry += (reduced[16] >= 4 ? reduced[i] : sum[i]) + first[16 + i];
        destination[count + (size_t)i] = carry & 255;
        carry >>= 8;
    }
}

// The comparison.

enum { longest = 1700, room = longest + 16 + 64 };
static uint8_t message[room], expected[room], output[room], place[room];

static bool equal(const uint8_t *a, const uint8_t *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

static uint64_t state = 1;
static void fill(uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005 + 1442695040888963407;
        bytes[i] = (uint8_t)(state >> 56);
    }
}

static bool length_is_right(const caead_kernel *kernel, size_t count) {
    uint8_t key[32], nonce[12], additional[40];
    size_t extra = count % 3 == 0 ? count % 41 : 0;
    fill(key, 32), fill(nonce, 12), fill(additional, 40), fill(message, count + 16);
    uint8_t *to = output + count % 31, *in = place + count % 29;
    plain_seal(key, nonce, additional, extra, message, count, expected);

    for (size_t i = 0; i < room; i++) output[i] = 0xa5;
    kernel->seal(key, nonce, additional, extra, message, count, to);
    if (!equal(to, expected, count + 16) || to[count + 16] != 0xa5) return false;
    for (size_t i = 0; i < count; i++) in[i] = message[i];
    kernel->seal(key, nonce, additional, extra, in, count, in);
    if (!equal(in, expected, count + 16)) return false;

    for (size_t i = 0; i < room; i++) output[i] = 0xa5;
    if (!kernel->open(key, nonce, additional, extra, expected, count + 16, to)) return false;
    if (!equal(to, message, count) || to[count] != 0xa5) return false;
    if (!kernel->open(key, nonce, additional, extra, in, count + 16, in) || !equal(in, message, count)) return false;

    for (size_t i = 0; i < room; i++) output[i] = 0;
    expected[count * 7 % (count + 16)] ^= (uint8_t)(1 << count % 8);
    if (kernel->open(key, nonce, additional, extra, expected, count + 16, to)) return false;
    for (size_t i = 0; i < count; i++) {
        if (to[i] != 0) return false;
    }
    return true;
}

int main(void) {
    bool is_right = true;
    const caead_kernel *kernel;
    for (size_t i = 0; (kernel = caead_kernel_at(i)) && i < kernels; i++) {
        size_t count = 0;
        while (count <= longest && length_is_right(kernel, count)) count++;
        is_right = is_right && count > longest;
        print(count > longest ? "ok - " : "not ok - ");
        print(kernel->name);
        print(" does what RFC 8439 says\n");
    }
    return caead_kernel_at(0) ? !is_right : 3;
}
