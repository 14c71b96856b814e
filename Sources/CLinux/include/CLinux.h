// What Swift's import of Glibc does not give: request numbers, variadic calls, and calls whose errno must be taken at
// once. Every function that can fail returns its value, or -errno. One header for each concern.
#ifndef CLINUX_H
#define CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

// Swift's own Glibc module is compiled without _GNU_SOURCE, and there fd_set names its member differently. The two
// definitions must agree wherever both modules are seen.
#include <features.h>
#ifdef __USE_XOPEN
#undef __USE_XOPEN
#include <sys/select.h>
#define __USE_XOPEN 1
#endif

#include "clinux_clock.h"
#include "clinux_dns.h"
#include "clinux_epoll.h"
#include "clinux_file.h"
#include "clinux_memory.h"
#include "clinux_inet.h"
#include "clinux_net_gate.h"
#include "clinux_net_udp.h"
#include "clinux_resolver.h"
#include "clinux_sandbox.h"
#include "clinux_terminal.h"
#include "clinux_thread.h"
#include "clinux_tun.h"
#include "clinux_unix.h"
#include "clinux_daemon.h"
#include "clinux_fork.h"
#include "clinux_port.h"
#include "clinux_process.h"
#include "clinux_edit.h"

#endif
