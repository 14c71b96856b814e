// What Swift's import of Glibc does not give: request numbers, variadic calls, and calls whose errno must be taken at
// once. Every function that can fail returns its value, or -errno. One header for each concern.
#ifndef CLINUX_H
#define CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "clinux_file.h"

#endif
