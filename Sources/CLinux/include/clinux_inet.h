#ifndef CLINUX_INET_H
#define CLINUX_INET_H

#include <netinet/in.h>
#include <sys/socket.h>

#endif
