// The modes: what the clients do, and what is counted.
#include "load-generator.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LATENCIES 4000000

// Latencies in tenths of a microsecond.
typedef struct {
  uint32_t *values;
  size_t count;
} Latencies;

static Latencies latencies, cross_latencies;
static bool is_measuring, is_finished;
static uint64_t units, completions, started_at;
static int repetitions = 1; // loads that were started in this run
static uint32_t message_length;
// One broadcast of the mode STEP: when it began, and what each server has delivered.
static uint64_t step_started_at, delivered[2], first_delivery_at[2], last_delivery_at[2];
static long steps;

static void record_latency(Latencies *list, uint64_t nanoseconds) {
  if (list->values == NULL) list->values = malloc(MAX_LATENCIES * sizeof *list->values);
  if (list->count == MAX_LATENCIES) return;
  uint64_t value = nanoseconds / 100;
  list->values[list->count++] = value > UINT32_MAX ? UINT32_MAX : value;
}

static int compare(const void *first, const void *second) {
  uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
  return (a > b) - (a < b);
}

// Returns a percentile in microseconds.
static double percentile(Latencies *list, double share) {
  if (list->count == 0) return 0;
  qsort(list->values, list->count, sizeof *list->values, compare);
  return list->values[(size_t)((list->count - 1) * share)] / 10.0;
}

static void start_step(void) {
  memset(delivered, 0, sizeof delivered);
  memset(first_delivery_at, 0, sizeof first_delivery_at);
  completions = 0;
  step_started_at = now();
  call(&clients[0], 1, 0, "Broadcast", 1, 1, 0, payload);
  flush(&clients[0]);
}

static void check_message(Client *client, const char *data, uint32_t length) {
  if (!client->is_checked) {
    if (memmem(data, length, payload, options.size) == NULL)
      fail("A message does not have the payload: %.*s", (int)length, data);
    client->is_checked = true;
    if (message_length == 0) message_length = length;
  }
  if (length != message_length)
    fail("A message has %u bytes instead of %u.", length, message_length);
}

static void handle_echo(Client *client, int id, const char *data, uint32_t length) {
  if (!client->is_checked && memmem(data, length, payload, options.size) == NULL)
    fail("An echo does not have the payload: %.*s", (int)length, data);
  client->is_checked = true;
  message_length = length;
  if (id < 0 || id >= options.depth || length < (uint32_t)options.size)
    fail("A completion is not valid: %.*s", (int)length, data);
  uint64_t time = now();
  if (is_measuring) {
    record_latency(&latencies, time - client->called_at[id]);
    units++;
  }
  client->called_at[id] = time;
  if (is_finished) return;
  call(client, 1, id, "Echo", 0, 0, 0, payload);
}

static void handle_step(void) {
  if (completions == 0 || delivered[0] + delivered[1] < (uint64_t)options.clients) return;
  bool is_second_later = last_delivery_at[1] > last_delivery_at[0];
  record_latency(&latencies, last_delivery_at[is_second_later] - step_started_at);
  if (options.port_count > 1)
    record_latency(&cross_latencies, first_delivery_at[1] - step_started_at);
  steps++;
  if (steps == options.count) is_finished = true;
  else start_step();
}

static void handle_message(Client *client, const char *data, uint32_t length) {
  check_message(client, data, length);
  client->received++;
  units++;
  delivered[client->server]++;
  if (options.mode != STEP) return;
  last_delivery_at[client->server] = now();
  if (delivered[client->server] == 1)
    first_delivery_at[client->server] = last_delivery_at[client->server];
}

static void start_load(void);

static bool is_load_done(void) {
  if (options.mode == STREAM) return completions == (uint64_t)options.clients;
  int receivers = options.mode == GROUP ? options.clients / options.groups : options.clients;
  return completions > 0 && units >= (uint64_t)options.count * receivers * repetitions;
}

// Ends the run, or repeats the load if the run was too short for a precise measurement.
static void end_load(void) {
  if (now() - started_at >= options.at_least * 1e9) {
    is_finished = true;
    return;
  }
  repetitions++;
  completions = 0;
  start_load();
}

void handle_record(Client *client, RecordKind kind, int id, const char *data, uint32_t length) {
  if (kind == PING && options.protocol == SOCKETIO) {
    write_frame(client, 1, "3", 1);
    flush(client);
  }
  if (kind == COMPLETION && length < 200 && memmem(data, length, "rror", 4) != NULL)
    fail("The server answered with an error: %.*s", (int)length, data);
  if (options.mode == ECHO && kind == COMPLETION) handle_echo(client, id, data, length);
  if (options.mode == ECHO) return;
  if (kind == COMPLETION) completions++;
  if (kind == ITEM) units++;
  if (kind == MESSAGE) handle_message(client, data, length);
  if (options.mode == STEP) handle_step();
  else if (options.mode != CONNECT && is_measuring && is_load_done()) end_load();
}

static void wait_until(uint64_t time) {
  while (now() < time) handle_events(20);
}

static void wait_for_clients(uint64_t deadline) {
  while (ready_clients < options.clients) {
    handle_events(100);
    if (now() > deadline)
      fail("Only %d of %d clients connected in %.0f s.", ready_clients, options.clients,
           options.limit);
  }
}

// Prints the end of a result: the processor time, and the latencies.
static void print_usage(CpuTime start, CpuTime end, uint64_t count) {
  double used = cpu_seconds_between(start, end);
  double ticks = end.user + end.system - start.user - start.system;
  double system_share = ticks > 0 ? (end.system - start.system) / ticks : 0;
  printf("\"count\":%lu,\"cpuMicroseconds\":%.4f,\"systemShare\":%.2f", count,
         count > 0 ? used * 1e6 / count : 0, system_share);
  if (latencies.count > 0)
    printf(",\"p50Microseconds\":%.1f,\"p99Microseconds\":%.1f", percentile(&latencies, 0.5),
           percentile(&latencies, 0.99));
  if (cross_latencies.count > 0)
    printf(",\"crossP50Microseconds\":%.1f,\"crossP99Microseconds\":%.1f",
           percentile(&cross_latencies, 0.5), percentile(&cross_latencies, 0.99));
}

// Connects all clients, and measures the memory when they have been idle for a while.
static void measure_connecting(void) {
  long memory = server_memory();
  CpuTime start = server_cpu_time();
  started_at = now();
  open_clients();
  wait_for_clients(started_at + options.limit * 1e9);
  CpuTime end = server_cpu_time();
  double seconds = (last_ready_at - started_at) / 1e9;
  wait_until(now() + options.hold * 1e9);
  long growth = server_memory() - memory;
  printf("{\"seconds\":%.4f,\"rate\":%.1f,\"bytesPerConnection\":%.0f,", seconds,
         options.clients / seconds, (double)growth / options.clients);
  print_usage(start, end, options.clients);
  printf("}\n");
}

// Connects all clients, then closes all connections and opens all again at the same time.
static void measure_reconnecting(void) {
  open_clients();
  wait_for_clients(now() + options.limit * 1e9);
  wait_until(now() + options.hold * 1e9);
  CpuTime start = server_cpu_time();
  started_at = now();
  close_clients();
  start_clients(options.clients);
  wait_for_clients(started_at + options.limit * 1e9);
  double seconds = (last_ready_at - started_at) / 1e9;
  for (int i = 0; i < options.clients; i++)
    record_latency(&latencies, clients[i].ready_at - started_at);
  printf("{\"seconds\":%.4f,\"rate\":%.1f,", seconds, options.clients / seconds);
  print_usage(start, server_cpu_time(), options.clients);
  printf("}\n");
}

static void join_groups(uint64_t deadline) {
  for (int i = 0; i < options.clients; i++) {
    char group[16];
    sprintf(group, "g%d", i % options.groups);
    call(&clients[i], 1, 1, "JoinGroup", 0, 0, 0, group);
    flush(&clients[i]);
  }
  while (completions < (uint64_t)options.clients) {
    handle_events(100);
    if (now() > deadline) fail("Only %lu of %d clients joined a group.", completions, options.clients);
  }
  completions = 0;
}

static void start_load(void) {
  if (options.mode == STEP) start_step();
  if (options.mode == BURST) call(&clients[0], 1, 0, "Broadcast", 1, options.count, 0, payload);
  if (options.mode == GROUP)
    call(&clients[0], 1, 0, "GroupSend", 2, options.count, options.groups, payload);
  flush(&clients[0]);
  for (int i = 0; i < options.clients && options.mode == STREAM; i++) {
    call(&clients[i], 4, 0, options.stream_method, 1, options.count, 0, NULL);
    flush(&clients[i]);
  }
  for (int i = 0; i < options.clients && options.mode == ECHO; i++) {
    clients[i].called_at = calloc(options.depth, sizeof *clients[i].called_at);
    for (int id = 0; id < options.depth; id++) {
      clients[i].called_at[id] = now();
      call(&clients[i], 1, id, "Echo", 0, 0, 0, payload);
    }
    flush(&clients[i]);
  }
}

static void check_counts(void) {
  uint64_t items = (uint64_t)options.clients * options.count * repetitions;
  if (options.mode == STREAM && units != items)
    fail("The streams had %lu items instead of %lu.", units, items);
  for (int i = 0; i < options.clients && options.mode == BURST; i++)
    if (clients[i].received != (uint64_t)options.count * repetitions)
      fail("Connection %d received %lu of %ld messages.", i, clients[i].received,
           options.count * repetitions);
}

static void measure_load(void) {
  uint64_t deadline = now() + options.limit * 1e9;
  open_clients();
  wait_for_clients(deadline);
  if (options.mode == GROUP) join_groups(deadline);
  wait_until(now() + 300000000); // until the servers are quiet after the connects
  if (options.mode == ECHO) {
    start_load();
    wait_until(now() + options.warm_up * 1e9);
  }
  bytes_received = frames_received = units = 0;
  is_measuring = true;
  CpuTime start = server_cpu_time();
  double own_start = own_cpu_seconds();
  started_at = now();
  deadline = started_at + options.limit * 1e9;
  if (options.mode == ECHO) {
    wait_until(started_at + options.seconds * 1e9);
    is_finished = true;
  } else {
    start_load();
  }
  while (!is_finished) {
    handle_events(100);
    if (now() > deadline)
      fail("The time is up: %lu units and %lu completions.", units, completions);
  }
  double seconds = (now() - started_at) / 1e9;
  check_counts();
  printf("{\"seconds\":%.4f,\"rate\":%.1f,\"loadCpuSeconds\":%.3f,\"bytes\":%lu,\"frames\":%lu,"
         "\"messageBytes\":%u,", seconds, units / seconds, own_cpu_seconds() - own_start,
         bytes_received, frames_received, message_length);
  print_usage(start, server_cpu_time(), units);
  printf("}\n");
}

void run_mode(void) {
  if (options.mode == CONNECT) measure_connecting();
  else if (options.mode == RECONNECT) measure_reconnecting();
  else measure_load();
  end_long_polling();
}
