// What the shell can't do for tunnel-bench.sh: small exchanges with their times, an engine's start, many peers.
//
//   tunnel-bench serve ADDRESS PORT                       answers 64 bytes with 64 bytes, for ever
//   tunnel-bench exchange ADDRESS PORT SECONDS            over one connection: exchanges a second, median and p99 in us
//   tunnel-bench connect ADDRESS PORT SECONDS             one connection for each exchange: exchanges a second
//   tunnel-bench start SOCKET COMMAND...                  ms from exec to the answer of the engine's UAPI socket
//   tunnel-bench peers PEERS ALLOWED-IPS                  a configuration for `wg addconf`: so many peers, so many prefixes
//
// Everything is bounded by the time given, and 10 s for an answer.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { message_size = 64, most_times = 1 << 20, most_clients = 64, patience = 10 };

static _Noreturn void die(const char *what) {
    fprintf(stderr, "tunnel-bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int tcp_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) die("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct timeval limit = {.tv_sec = patience};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return fd;
}

static struct sockaddr_in address_of(const char *address, const char *port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) die(address);
    return result;
}

// 0 at the end of the connection.
static int receive_message(int fd, char *bytes) {
    return recv(fd, bytes, message_size, MSG_WAITALL) == message_size;
}

static int connected(const struct sockaddr_in *server) {
    int fd = tcp_socket();
    if (connect(fd, (const struct sockaddr *)server, sizeof *server) < 0) die("connect");
    return fd;
}

static void exchange_once(int fd) {
    char bytes[message_size] = {0};
    if (send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) != sizeof bytes || !receive_message(fd, bytes)) die("exchange");
}

static void serve(const char *address, const char *port) {
    struct sockaddr_in self = address_of(address, port);
    struct pollfd set[most_clients + 1] = {{.fd = tcp_socket(), .events = POLLIN}};
    if (bind(set[0].fd, (struct sockaddr *)&self, sizeof self) < 0 || listen(set[0].fd, 1024) < 0) die("listen");
    nfds_t count = 1;
    char bytes[message_size];
    while (poll(set, count, -1) > 0) {
        for (nfds_t i = count - 1; i > 0; i--) {
            if (set[i].revents == 0) continue;
            if (receive_message(set[i].fd, bytes) && send(set[i].fd, bytes, sizeof bytes, MSG_NOSIGNAL) > 0) continue;
            close(set[i].fd);
            set[i] = set[--count];
        }
        if (set[0].revents == 0 || count > most_clients) continue;
        int client = accept4(set[0].fd, NULL, NULL, SOCK_CLOEXEC), one = 1;
        if (client < 0) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        set[count++] = (struct pollfd){.fd = client, .events = POLLIN};
    }
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void exchange(const struct sockaddr_in *server, double seconds) {
    static float times[most_times];
    int fd = connected(server), count = 0;
    double begin = now(), last = begin;
    while (last - begin < seconds && count < most_times) {
        exchange_once(fd);
        double end = now();
        times[count++] = (float)((end - last) * 1e6);
        last = end;
    }
    qsort(times, (size_t)count, sizeof *times, by_value);
    printf("%.0f %.1f %.1f\n", count / (last - begin), times[count / 2], times[(long)count * 99 / 100]);
}

static void connect_each_time(const struct sockaddr_in *server, double seconds) {
    // A reset in place of a goodbye: ports are not used up, however long it runs.
    struct linger reset = {.l_onoff = 1};
    double begin = now(), last = begin;
    int count = 0;
    for (; last - begin < seconds; last = now(), count++) {
        int fd = connected(server);
        exchange_once(fd);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    printf("%.0f\n", count / (last - begin));
}

// Whether the engine has answered a request for its state to the end.
static int answers(const struct sockaddr_un *server) {
    static const char request[] = "get=1\n\n", end[] = "errno=0\n\n";
    char answer[65536];
    size_t count = 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    struct timeval limit = {.tv_sec = patience};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    int is_there = connect(fd, (const struct sockaddr *)server, sizeof *server) == 0
        && send(fd, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1;
    while (is_there && memmem(answer, count, end, sizeof end - 1) == NULL) {
        ssize_t n = recv(fd, answer + count, sizeof answer - count, 0);
        if (n <= 0) is_there = 0;
        else count += (size_t)n;
    }
    close(fd);
    return is_there;
}

// The engine is left running, for the caller to end.
static void start(const char *path, char **command) {
    struct sockaddr_un server = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof server.sun_path) die(path);
    strcpy(server.sun_path, path);
    double begin = now();
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; fd++) dup2(null, fd);
        setsid();
        execvp(command[0], command);
        _exit(127);
    }
    while (!answers(&server)) {
        if (now() - begin > patience) die("no answer");
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    printf("%.2f\n", (now() - begin) * 1e3);
}

static void print_key(const unsigned char *key) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 30; i += 3) {
        unsigned bits = (unsigned)key[i] << 16 | (unsigned)key[i + 1] << 8 | key[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) putchar(digits[bits >> shift & 63]);
    }
    unsigned bits = (unsigned)key[30] << 16 | (unsigned)key[31] << 8;
    for (int shift = 18; shift >= 6; shift -= 6) putchar(digits[bits >> shift & 63]);
    putchar('=');
}

// Any 32 bytes are a public key. The prefixes are out of 172.16.0.0/12, in /30 each.
static void print_peers(unsigned peers, unsigned prefixes) {
    for (unsigned peer = 0, prefix = 0; peer < peers; peer++) {
        unsigned char key[32];
        if (getrandom(key, sizeof key, 0) != sizeof key) die("getrandom");
        printf("[Peer]\nPublicKey = ");
        print_key(key);
        printf("\nAllowedIPs = ");
        for (unsigned end = (unsigned)((uint64_t)prefixes * (peer + 1) / peers); prefix < end; prefix++) {
            uint32_t address = (172u << 24 | 16u << 16) + prefix * 4;
            printf("%u.%u.%u.%u/30%s", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255,
                   prefix + 1 < end ? ", " : "");
        }
        printf("\n");
    }
}

int main(int count, char **arguments) {
    const char *command = count > 1 ? arguments[1] : "";
    if (count == 4 && strcmp(command, "serve") == 0) {
        serve(arguments[2], arguments[3]);
    } else if (count == 5 && strcmp(command, "exchange") == 0) {
        struct sockaddr_in server = address_of(arguments[2], arguments[3]);
        exchange(&server, atof(arguments[4]));
    } else if (count == 5 && strcmp(command, "connect") == 0) {
        struct sockaddr_in server = address_of(arguments[2], arguments[3]);
        connect_each_time(&server, atof(arguments[4]));
    } else if (count > 3 && strcmp(command, "start") == 0) {
        start(arguments[2], arguments + 3);
    } else if (count == 4 && strcmp(command, "peers") == 0) {
        print_peers((unsigned)atoi(arguments[2]), (unsigned)atoi(arguments[3]));
    } else {
        fprintf(stderr, "usage: see the head of tunnel-bench.c\n");
        return 2;
    }
    return 0;
}
