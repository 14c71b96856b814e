// ChaCha20 (RFC 8439 2.4) for CAEAD_LANES blocks at once: a vector holds the same word of each block. Before inclusion
// define CAEAD_LANES, 4 or 8, and CAEAD_TARGET, the processor's features as an attribute.

#ifdef __clang__
#define SMALL_LOOP _Pragma("clang loop vectorize(disable)")
#else
#define SMALL_LOOP
#endif

#define FUNCTION CAEAD_INLINE CAEAD_TARGET
#define STRIDE (64 * CAEAD_LANES)

typedef uint32_t vector __attribute__((vector_size(4 * CAEAD_LANES)));
// The same at any address.
typedef uint32_t unaligned __attribute__((vector_size(4 * CAEAD_LANES), aligned(1), may_alias));

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))

// A compiler that sees through two rotations by whole bytes makes three shuffles of two.
#ifdef __x86_64__
#define KEEP(x) __asm__("" : "+x"(x))
#else
#define KEEP(x) __asm__("" : "+w"(x))
#endif

#define STEP(a, b, c, d, n) a += b, d ^= a, d = ROTATE(d, n)
// Two quarter rounds beside each other, as each waits for itself; of four, the words would not be in registers.
#define PAIR_STEP(a, b, d, e, f, h, n) \
    x[a] += x[b], x[e] += x[f]; \
    x[d] ^= x[a], x[h] ^= x[e]; \
    x[d] = ROTATE(x[d], n), x[h] = ROTATE(x[h], n); \
    KEEP(x[d]); KEEP(x[h])
#define PAIR(a, b, c, d, e, f, g, h) \
    PAIR_STEP(a, b, d, e, f, h, 16); \
    PAIR_STEP(c, d, b, g, h, f, 12); \
    PAIR_STEP(a, b, d, e, f, h, 8); \
    PAIR_STEP(c, d, b, g, h, f, 7)

FUNCTION void double_round(vector x[16]) {
    PAIR(0, 4, 8, 12, 1, 5, 9, 13);
    PAIR(2, 6, 10, 14, 3, 7, 11, 15);
    PAIR(0, 5, 10, 15, 1, 6, 11, 12);
    PAIR(2, 7, 8, 13, 3, 4, 9, 14);
}

#if CAEAD_LANES == 8
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#endif

// Four words of each block, transposed: y[i] has those of block i, and of block 4 + i behind it if there are 8.
FUNCTION void transpose(const vector x[4], vector y[4]) {
    vector a = LOW(x[0], x[1]), b = HIGH(x[0], x[1]), c = LOW(x[2], x[3]), d = HIGH(x[2], x[3]);
    y[0] = LOW_PAIRS(a, c), y[1] = HIGH_PAIRS(a, c), y[2] = LOW_PAIRS(b, d), y[3] = HIGH_PAIRS(b, d);
}

// Makes the blocks' key streams, one after the other, of their words.
FUNCTION void store_blocks(const vector x[16], uint8_t *stream) {
    vector y[16];
    for (int i = 0; i < 16; i += 4) transpose(x + i, y + i);
    for (int i = 0; i < 4; i++) {
#if CAEAD_LANES == 8
        *(unaligned *)(stream + 64 * i) = LOW_HALVES(y[i], y[4 + i]);
        *(unaligned *)(stream + 64 * i + 32) = LOW_HALVES(y[8 + i], y[12 + i]);
        *(unaligned *)(stream + 64 * (4 + i)) = HIGH_HALVES(y[i], y[4 + i]);
        *(unaligned *)(stream + 64 * (4 + i) + 32) = HIGH_HALVES(y[8 + i], y[12 + i]);
#else
        for (int j = 0; j < 4; j++) *(unaligned *)(stream + 64 * i + 16 * j) = y[4 * j + i];
#endif
    }
}

// Bytes of the message that are authenticated beside one double round.
#define BESIDE 64

// The key stream of the STRIDE bytes from block `number` on. Meanwhile authenticates what it can of `count` bytes, and
// returns how many: a multiple of BESIDE.
CAEAD_TARGET __attribute__((noinline)) static size_t key_stream(
    const uint32_t input[16], uint32_t number, uint8_t *stream, caead_poly1305 *p, const uint8_t *bytes, size_t count
) {
    static const uint32_t lane[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    vector start[16], x[16];
    for (int i = 0; i < 16; i++) start[i] = (vector){0} + input[i];
    start[12] += number + *(const unaligned *)lane;
    for (int i = 0; i < 16; i++) x[i] = start[i];
    caead_poly1305 sum = *p;
    size_t done = 0;
    for (int i = 0; i < 10; i++) {
        double_round(x);
        if (count - done >= BESIDE) {
            for (int j = 0; j < BESIDE; j += 16) {
                caead_poly1305_words(&sum, caead_load(bytes + done + j), caead_load(bytes + done + j + 8));
            }
            done += BESIDE;
        }
    }
    *p = sum;
    for (int i = 0; i < 16; i++) x[i] += start[i];
    store_blocks(x, stream);
    return done;
}

// destination = source ^ stream, for `count` bytes.
FUNCTION void apply(uint8_t *destination, const uint8_t *source, const uint8_t *stream, size_t count) {
    size_t i = 0;
    for (; i + sizeof(vector) <= count; i += sizeof(vector)) {
        *(unaligned *)(destination + i) = *(const unaligned *)(source + i) ^ *(const unaligned *)(stream + i);
    }
SMALL_LOOP
    for (; i + 8 <= count; i += 8) {
        caead_store(destination + i, caead_load(source + i) ^ caead_load(stream + i));
    }
SMALL_LOOP
    for (; i < count; i++) destination[i] = source[i] ^ stream[i];
}
