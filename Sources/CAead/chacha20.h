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
#define KEEP(x) __asm__("" : "+v"(x))
#else
#define KEEP(x) __asm__("" : "+w"(x))
#endif

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

#if CAEAD_LANES == 8
// For short messages: blocks 0 to 3 in vectors that hold a row of one block and of the next, so that nothing is
// transposed. Vectors of a single block gain nothing by that.
#define FEW 4
#define TURN1(x) __builtin_shufflevector(x, x, 1, 2, 3, 0, 5, 6, 7, 4)
#define TURN2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5)
#define TURN3(x) __builtin_shufflevector(x, x, 3, 0, 1, 2, 7, 4, 5, 6)

// Four columns of each block; x[0] to x[3] are the first two blocks' rows, the others those of the second two.
FUNCTION void row_round(vector x[8]) {
    PAIR(0, 1, 2, 3, 4, 5, 6, 7);
}

CAEAD_TARGET __attribute__((noinline)) static void few_blocks(const uint32_t input[16], uint8_t stream[64 * FEW]) {
    static const uint32_t numbers[16] = {0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
    vector start[8], x[8];
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 8; j++) start[i][j] = input[4 * i + j % 4];
        start[4 + i] = start[i];
    }
    start[3] += *(const unaligned *)numbers;
    start[7] += *(const unaligned *)(numbers + 8);
    for (int i = 0; i < 8; i++) x[i] = start[i];
    for (int i = 0; i < 10; i++) {
        row_round(x);
        // The diagonals become columns, and come back.
        x[1] = TURN1(x[1]), x[2] = TURN2(x[2]), x[3] = TURN3(x[3]);
        x[5] = TURN1(x[5]), x[6] = TURN2(x[6]), x[7] = TURN3(x[7]);
        row_round(x);
        x[1] = TURN3(x[1]), x[2] = TURN2(x[2]), x[3] = TURN1(x[3]);
        x[5] = TURN3(x[5]), x[6] = TURN2(x[6]), x[7] = TURN1(x[7]);
    }
    for (int i = 0; i < 8; i++) x[i] += start[i];
    for (int i = 0; i < 8; i += 4) {
        *(unaligned *)(stream + 32 * i) = LOW_HALVES(x[i], x[i + 1]);
        *(unaligned *)(stream + 32 * i + 32) = LOW_HALVES(x[i + 2], x[i + 3]);
        *(unaligned *)(stream + 32 * i + 64) = HIGH_HALVES(x[i], x[i + 1]);
        *(unaligned *)(stream + 32 * i + 96) = HIGH_HALVES(x[i + 2], x[i + 3]);
    }
}
#endif

// Bytes of the message that are authenticated beside one double round. Stretches are multiples of it.
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
        // In turn with the steps, so that the processor has both before it.
        bool is_beside = count - done >= BESIDE;
        PAIR(0, 4, 8, 12, 1, 5, 9, 13);
        if (is_beside) caead_poly1305_block(&sum, bytes + done);
        PAIR(2, 6, 10, 14, 3, 7, 11, 15);
        if (is_beside) caead_poly1305_block(&sum, bytes + done + 16);
        PAIR(0, 5, 10, 15, 1, 6, 11, 12);
        if (is_beside) caead_poly1305_block(&sum, bytes + done + 32);
        PAIR(2, 7, 8, 13, 3, 4, 9, 14);
        if (is_beside) caead_poly1305_block(&sum, bytes + done + 48);
        if (is_beside) done += BESIDE;
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
