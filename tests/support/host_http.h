/* The other side of the listener: a free port, a connection to it, and one GET. */
#ifndef RECVEIL_TESTS_HOST_HTTP_H
#define RECVEIL_TESTS_HOST_HTTP_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/host_check.h"
#include "support/host_text.h"

static inline struct sockaddr_in host_loopback(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)port);
  return address;
}

/* A port of 127.0.0.1 that was free a moment ago. */
static inline int host_free_port(void) {
  struct sockaddr_in address = host_loopback(0);
  socklen_t size = sizeof address;
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(server, (struct sockaddr *)&address, size) == 0);
  CHECK(getsockname(server, (struct sockaddr *)&address, &size) == 0);
  close(server);
  return ntohs(address.sin_port);
}

/* A descriptor, or -1 where nobody listens. Reading gives up after 20 s. */
static inline int host_connect(int port) {
  const struct sockaddr_in address = host_loopback(port);
  const struct timeval patience = {20, 0};
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(client, (const struct sockaddr *)&address, sizeof address) == 0) return client;
  close(client);
  return -1;
}

/* GET path. Returns the HTTP status and the body, or 0 if there was no whole answer. */
static inline int host_get(int port, const char *path, host_text *body) {
  body->size = 0;
  const int client = host_connect(port);
  if (client < 0) return 0;
  char request[128];
  const int n = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\n\r\n", path);
  ssize_t got = send(client, request, (size_t)n, MSG_NOSIGNAL);
  while (got > 0) {
    got = read(client, body->bytes + body->size, sizeof body->bytes - 1 - body->size);
    if (got > 0) body->size += (size_t)got;
  }
  close(client);
  body->bytes[body->size] = '\0';
  const char *end = strstr(body->bytes, "\r\n\r\n");
  int status = 0;
  if (got < 0 || end == NULL || sscanf(body->bytes, "HTTP/%*s %d", &status) != 1) return 0;
  body->size -= (size_t)(end + 4 - body->bytes);
  memmove(body->bytes, end + 4, body->size + 1);
  return status;
}

#endif
