// How long the kernels of CAead and libsodium take for one packet, in turn, so that they have the same noise.
//
//   aead-bench [ROUNDS]      medians of nanoseconds for sealing and opening, and libsodium's time by the kernel's
#define _GNU_SOURCE
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "caead.h"

enum { most_rounds = 1001, largest = 8192 };

static void sodium_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *source, size_t count, uint8_t *destination
) {
    crypto_aead_chacha20poly1305_ietf_encrypt(
        destination, NULL, source, count, additional, additional_count, NULL, nonce, key);
}

static bool sodium_open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *additional, size_t additional_count,
    const uint8_t *source, size_t count, uint8_t *destination
) {
    return crypto_aead_chacha20poly1305_ietf_decrypt(
               destination, NULL, NULL, source, count, additional, additional_count, nonce, key) == 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint8_t key[32], nonce[12], plain[largest], sealed[largest + 16], opened[largest];

static double time_of(const caead_kernel *kernel, bool seals, size_t count, int calls) {
    double start = now();
    for (int i = 0; i < calls; i++) {
        if (seals) {
            kernel->seal(key, nonce, NULL, 0, plain, count, sealed);
        } else if (!kernel->open(key, nonce, NULL, 0, sealed, count + 16, opened)) {
            abort();
        }
    }
    return (now() - start) / calls;
}

int main(int argument_count, char **arguments) {
    int rounds = argument_count > 1 ? atoi(arguments[1]) : 101;
    if (rounds < 1 || rounds > most_rounds || sodium_init() < 0) return 2;
    randombytes_buf(key, sizeof key);
    randombytes_buf(plain, sizeof plain);
    const caead_kernel sodium = {"libsodium", sodium_seal, sodium_open}, *kernels[4] = {&sodium};
    size_t kernel_count = 1;
    while (caead_kernel_at(kernel_count - 1)) {
        kernels[kernel_count] = caead_kernel_at(kernel_count - 1);
        kernel_count++;
    }
    printf("%-10s %6s  %9s %7s  %9s %7s\n", "", "bytes", "seal, ns", "x", "open, ns", "x");
    static const size_t sizes[] = {64, 96, 256, 1420, largest};
    static double times[4][2][most_rounds];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int calls = (int)(400000 / (sizes[i] + 400));
        for (int round = 0; round < rounds; round++) {
            for (size_t k = 0; k < kernel_count; k++) {
                for (int opens = 0; opens < 2; opens++) {
                    times[k][opens][round] = time_of(kernels[k], !opens, sizes[i], calls);
                }
            }
        }
        for (size_t k = 0; k < kernel_count; k++) {
            for (int opens = 0; opens < 2; opens++) qsort(times[k][opens], (size_t)rounds, sizeof(double), by_size);
            const double *seal = times[k][0], *open = times[k][1];
            int middle = rounds / 2;
            printf("%-10s %6zu  %9.0f %7.2f  %9.0f %7.2f\n", kernels[k]->name, sizes[i], seal[middle],
                times[0][0][middle] / seal[middle], open[middle], times[0][1][middle] / open[middle]);
        }
    }
    return 0;
}
