// The benchmark's own side: input of any size, an engine that costs nothing, and a stopwatch.
//
//   wg-bench config PEERS            a configuration file, to standard output
//   wg-bench reply PEERS [IPS]       what an engine with such a device answers to get=1
//   wg-bench serve SOCKET REPLY      an engine that accepts every set=1 and answers get=1 with the file REPLY
//   wg-bench compare ROUNDS INPUT OURS THEIRS ARGUMENT...
//                                    runs the two programs in turn, standard input from the file INPUT; prints, for each,
//                                    the medians of wall and processor time (ms) and of peak memory (KiB)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(2);
}

// The same keys in every run.
static uint64_t random_state = 0x9e3779b97f4a7c15;

static void random_key(unsigned char key[32]) {
    for (int i = 0; i < 32; i++) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        key[i] = (unsigned char)(random_state >> 24);
    }
}

static const char *base64(void) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char text[45];
    unsigned char key[33] = {0};
    random_key(key);
    for (int i = 0; i < 11; i++) {
        uint32_t word = (uint32_t)key[3 * i] << 16 | (uint32_t)key[3 * i + 1] << 8 | key[3 * i + 2];
        for (int j = 0; j < 4; j++) text[4 * i + j] = digits[word >> (18 - 6 * j) & 63];
    }
    text[43] = '=';
    return text;
}

static const char *hex(void) {
    static char text[65];
    unsigned char key[32];
    random_key(key);
    for (int i = 0; i < 32; i++) sprintf(text + 2 * i, "%02x", key[i]);
    return text;
}

// Both forms hold the same kind of peer: a preshared key, two addresses, and every other one an endpoint.
static void write_config(int peers) {
    printf("[Interface]\nPrivateKey = %s\nListenPort = 51820\n", base64());
    for (int i = 0; i < peers; i++) {
        printf("\n# peer %d\n[Peer]\nPublicKey = %s\n", i, base64());
        printf("PresharedKey = %s\n", base64());
        printf("AllowedIPs = 10.%d.%d.%d/32, fd00:dead:beef::%x/128\n", i >> 16 & 255, i >> 8 & 255, i & 255, i + 1);
        if (i % 2) printf("Endpoint = 198.51.%d.%d:%d\nPersistentKeepalive = 25\n", i >> 8 & 255, i & 255, 1024 + i % 60000);
    }
}

static void write_reply(int peers, int more_ips) {
    printf("private_key=%s\nlisten_port=51820\n", hex());
    for (int i = 0; i < peers; i++) {
        printf("public_key=%s\n", hex());
        printf("preshared_key=%s\nprotocol_version=1\n", hex());
        if (i % 2) printf("endpoint=198.51.%d.%d:%d\n", i >> 8 & 255, i & 255, 1024 + i % 60000);
        printf("last_handshake_time_sec=%d\nlast_handshake_time_nsec=%d\n", 1700000000 + i, i);
        printf("tx_bytes=%d\nrx_bytes=%d\npersistent_keepalive_interval=%d\n", i * 1000, i * 1001, i % 2 ? 25 : 0);
        printf("allowed_ip=10.%d.%d.%d/32\nallowed_ip=fd00:dead:beef::%x/128\n", i >> 16 & 255, i >> 8 & 255, i & 255, i + 1);
        for (int j = 0; j < more_ips; j++) printf("allowed_ip=11.%d.%d.%d/32\n", j >> 16 & 255, j >> 8 & 255, j & 255);
    }
    printf("errno=0\n\n");
}

static char *whole_file(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    char *bytes = end < 0 ? NULL : malloc((size_t)end + 1);
    if (!bytes || pread(fd, bytes, (size_t)end, 0) != end) fail(path);
    close(fd);
    *size = (size_t)end;
    return bytes;
}

static void send_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

// One request for each connection, as both programs do it.
static void answer(int fd, const char *reply, size_t size) {
    static char buffer[1 << 20];
    char last = 0;
    int first = 1, is_get = 0;
    for (;;) {
        ssize_t count = read(fd, buffer, sizeof buffer);
        if (count <= 0) return;
        if (first) is_get = buffer[0] == 'g';
        first = 0;
        int ended = buffer[count - 1] == '\n' && (count > 1 ? buffer[count - 2] : last) == '\n';
        last = buffer[count - 1];
        if (ended) break;
    }
    if (is_get) send_all(fd, reply, size);
    else send_all(fd, "errno=0\n\n", 9);
}

static void serve(const char *path, const char *reply_file) {
    size_t size;
    char *reply = whole_file(reply_file, &size);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0)
        fail(path);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        answer(fd, reply, size);
        close(fd);
    }
}

struct cost {
    double wall, processor, memory;
};

extern char **environ;

static struct cost run(char **arguments, const char *input) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    struct timespec start, end;
    struct rusage usage;
    pid_t child;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ) != 0) fail(arguments[0]);
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR) fail("wait4");
    clock_gettime(CLOCK_MONOTONIC, &end);
    posix_spawn_file_actions_destroy(&actions);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s %s: status %d\n", arguments[0], arguments[1], status);
        exit(1);
    }
    return (struct cost){
        .wall = (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6,
        .processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3,
        .memory = (double)usage.ru_maxrss};
}

static int compare_numbers(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(const struct cost *costs, int rounds, size_t field) {
    double values[rounds];
    for (int i = 0; i < rounds; i++) values[i] = *(const double *)((const char *)&costs[i] + field);
    qsort(values, (size_t)rounds, sizeof *values, compare_numbers);
    return values[rounds / 2];
}

static void compare(int rounds, const char *input, char *programs[2], char **arguments) {
    struct cost costs[2][rounds];
    for (int i = 0; i < rounds; i++)
        for (int j = 0; j < 2; j++) {
            arguments[0] = programs[j];
            costs[j][i] = run(arguments, input);
        }
    for (int j = 0; j < 2; j++)
        printf("%9.2f %9.2f %9.0f", median(costs[j], rounds, offsetof(struct cost, wall)),
               median(costs[j], rounds, offsetof(struct cost, processor)),
               median(costs[j], rounds, offsetof(struct cost, memory)));
    printf("\n");
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    if (count == 3 && !strcmp(what, "config")) write_config(atoi(arguments[2]));
    else if (count >= 3 && !strcmp(what, "reply")) write_reply(atoi(arguments[2]), count > 3 ? atoi(arguments[3]) : 0);
    else if (count == 4 && !strcmp(what, "serve")) serve(arguments[2], arguments[3]);
    else if (count > 6 && !strcmp(what, "compare") && atoi(arguments[2]) > 0)
        compare(atoi(arguments[2]), arguments[3], (char *[2]){arguments[4], arguments[5]}, arguments + 5);
    else {
        fprintf(stderr, "usage: wg-bench config|reply|serve|compare ...\n");
        return 2;
    }
    return 0;
}
