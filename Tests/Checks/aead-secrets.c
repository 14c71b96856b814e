// Seals and opens with each kernel of CAead while valgrind takes keys and messages for undefined: it reports every branch
// and every address that depends on them. With an argument it does that itself, to show that it would be seen.
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "caead.h"

enum { room = 3000 };
static uint8_t key[32], nonce[12], message[room], sealed[room + 16], opened[room];

static void use(const caead_kernel *kernel, size_t count) {
    memset(key, 7, sizeof key);
    memset(message, 9, sizeof message);
    VALGRIND_MAKE_MEM_UNDEFINED(key, sizeof key);
    VALGRIND_MAKE_MEM_UNDEFINED(message, sizeof message);
    kernel->seal(key, nonce, nonce, 12, message, count, sealed);
    bool is_genuine = kernel->open(key, nonce, nonce, 12, sealed, count + 16, opened);
    sealed[count] ^= 1;
    bool is_refused = !kernel->open(key, nonce, nonce, 12, sealed, count + 16, sealed);
    if (!is_genuine || !is_refused) puts("not ok - genuine messages are opened, others are not");
}

int main(int count, char **arguments) {
    (void)arguments;
    const caead_kernel *kernel;
    for (size_t i = 0; (kernel = caead_kernel_at(i)); i++) {
        for (size_t length = 0; length < 200; length++) use(kernel, length);
        for (size_t length = 400; length < room; length += 61) use(kernel, length);
        printf("# %s\n", kernel->name);
    }
    if (count > 1 && message[0] == 1) puts("# a branch on a secret");
    return 0;
}
