#include <seccomp.h>
#include <errno.h>

// Macros with arguments, as values.
static const uint32_t cseccomp_allow = SCMP_ACT_ALLOW;
static const uint32_t cseccomp_refuse = SCMP_ACT_ERRNO(EPERM);
static const uint32_t cseccomp_kill = SCMP_ACT_KILL_PROCESS;
