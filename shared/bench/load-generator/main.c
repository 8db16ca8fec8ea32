#include "load-generator.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

Options options = {
  .protocol = JSON, .transport = WEB_SOCKETS, .mode = ECHO, .mode_name = "echo", .path = "/bench",
  .stream_method = "Stream", .clients = 100, .window = 32, .depth = 1, .groups = 100, .size = 100,
  .negotiates = true, .count = 1000, .seconds = 2, .hold = 0, .limit = 60,
};
Client *clients;
char payload[4096];

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

// Returns the index of a value in a list of names.
static int choose(const char *option, const char *value, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(names[i], value) == 0) return i;
  fail("'%s' is not a value of --%s.", value, option);
}

static void set_option(const char *name, const char *value) {
  static const char *const protocols[] = {"json", "messagepack", "plain", "socketio"};
  static const char *const transports[] = {"ws", "sse", "lp"};
  static const char *const modes[] = {"connect", "reconnect", "echo", "burst", "step", "stream",
                                      "group"};
  if (strcmp(name, "protocol") == 0) options.protocol = choose(name, value, protocols, 4);
  else if (strcmp(name, "transport") == 0) options.transport = choose(name, value, transports, 3);
  else if (strcmp(name, "mode") == 0) options.mode = choose(name, value, modes, 7);
  else if (strcmp(name, "path") == 0) options.path = value;
  else if (strcmp(name, "stream-method") == 0) options.stream_method = value;
  else if (strcmp(name, "clients") == 0) options.clients = atoi(value);
  else if (strcmp(name, "window") == 0) options.window = atoi(value);
  else if (strcmp(name, "depth") == 0) options.depth = atoi(value);
  else if (strcmp(name, "groups") == 0) options.groups = atoi(value);
  else if (strcmp(name, "size") == 0) options.size = atoi(value);
  else if (strcmp(name, "negotiate") == 0) options.negotiates = atoi(value) == 1;
  else if (strcmp(name, "count") == 0) options.count = atol(value);
  else if (strcmp(name, "seconds") == 0) options.seconds = atof(value);
  else if (strcmp(name, "warm-up") == 0) options.warm_up = atof(value);
  else if (strcmp(name, "hold") == 0) options.hold = atof(value);
  else if (strcmp(name, "at-least") == 0) options.at_least = atof(value);
  else if (strcmp(name, "limit") == 0) options.limit = atof(value);
  else if (strcmp(name, "port") == 0 && options.port_count < 2)
    options.ports[options.port_count++] = atoi(value);
  else if (strcmp(name, "pid") == 0 && options.pid_count < 8)
    options.pids[options.pid_count++] = atoi(value);
  else fail("Unknown option --%s.", name);
}

static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
  for (int i = 1; i + 1 < count; i += 2) set_option(arguments[i] + 2, arguments[i + 1]);
  if (options.port_count == 0) fail("The option --port is missing.");
  if (options.size >= (int)sizeof payload) fail("The payload has at most %zu bytes.", sizeof payload - 1);
  bool is_signalr = options.protocol == JSON || options.protocol == MESSAGEPACK;
  options.negotiates = options.negotiates && is_signalr;
  const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (int i = 0; i < options.size; i++) payload[i] = letters[i % 36];
  raise_file_limit();
  run_mode();
  return 0;
}
