// The connections of all clients.
#include "load-generator.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PING_INTERVAL 10000000000ull
#define SOURCE_ADDRESSES 16

int ready_clients;
bool is_ending;
uint64_t last_ready_at, bytes_received, frames_received;
static int epoll_fd = -1, next_client;
static uint64_t next_ping_at;

static void watch(Socket *socket, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = socket};
  if (epoll_ctl(epoll_fd, operation, socket->fd, &event) != 0) fail("epoll: %s", strerror(errno));
}

void watch_for_input(Socket *socket) { watch(socket, EPOLLIN, EPOLL_CTL_MOD); }

static struct sockaddr_in address_of(uint32_t host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(host);
  return address;
}

// Opens a TCP connection. The request is sent when it is connected.
void open_socket(Socket *connection, Request request) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("The load generator cannot open a socket: %s", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // One address has too few ports for clients that reconnect, because a closed port waits for a
  // minute. So the clients use several loopback addresses.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  uint32_t source = INADDR_LOOPBACK + 1 + connection->client->index % SOURCE_ADDRESSES;
  struct sockaddr_in local = address_of(source, 0);
  if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) fail("bind: %s", strerror(errno));
  struct sockaddr_in address = address_of(INADDR_LOOPBACK, options.ports[connection->client->server]);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
    fail("connect: %s", strerror(errno));
  connection->fd = fd;
  connection->state = CONNECTING;
  connection->request = request;
  connection->unread.length = 0;
  watch(connection, EPOLLOUT, EPOLL_CTL_ADD);
}

void close_socket(Socket *socket) {
  if (socket->state == CLOSED) return;
  close(socket->fd);
  socket->fd = -1;
  socket->state = CLOSED;
  socket->request = NO_REQUEST;
}

static void handle_connected(Socket *socket) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) fail("connect: %s", strerror(error));
  Client *client = socket->client;
  watch_for_input(socket);
  if (socket->request == POST) {
    socket->request = NO_REQUEST;
    socket->state = HEAD;
    flush(client);
  } else {
    send_request(socket, socket->request, NULL, 0);
  }
}

static void open_next(void) {
  if (next_client >= options.clients) return;
  Client *client = &clients[next_client++];
  client->started_at = now();
  client->phase = OPENING;
  if (!options.negotiates) open_socket(&client->receiver, UPGRADE);
  else if (options.transport == WEB_SOCKETS) open_socket(&client->receiver, NEGOTIATE);
  else open_socket(&client->sender, NEGOTIATE);
}

void mark_ready(Client *client) {
  client->phase = READY;
  client->ready_at = now();
  last_ready_at = client->ready_at;
  ready_clients++;
  if (options.transport == WEB_SOCKETS) {
    free(client->token);
    client->token = NULL;
  }
  open_next();
}

// Opens all clients, up to `window` at the same time.
void start_clients(int window) {
  ready_clients = 0;
  next_client = 0;
  while (next_client < window && next_client < options.clients) open_next();
}

void open_clients(void) {
  epoll_fd = epoll_create1(0);
  clients = calloc(options.clients, sizeof *clients);
  for (int i = 0; i < options.clients; i++) {
    Client *client = &clients[i];
    client->index = i;
    client->server = options.port_count > 1 ? i % 2 : 0;
    client->receiver.client = client;
    client->sender.client = client;
  }
  next_ping_at = now() + PING_INTERVAL;
  start_clients(options.window);
}

// Closes all connections without a goodbye, as a lost network does.
void close_clients(void) {
  for (int i = 0; i < options.clients; i++) {
    close_socket(&clients[i].receiver);
    close_socket(&clients[i].sender);
    clients[i].record.length = 0;
    clients[i].outgoing.length = 0;
  }
}

// Deletes the connections of Long Polling. Otherwise the server waits for their next polls, and
// broadcasts of the next run wait for them too.
void end_long_polling(void) {
  if (options.transport != LONG_POLLING) return;
  uint64_t deadline = now() + 5000000000ull;
  is_ending = true;
  for (int i = 0; i < options.clients; i++) {
    Socket *sender = &clients[i].sender;
    if (sender->state == CLOSED) open_socket(sender, DELETE);
    else if (sender->request == NO_REQUEST) send_request(sender, DELETE, NULL, 0);
  }
  for (int i = 0; i < options.clients && now() < deadline; i++)
    while (clients[i].sender.request != NO_REQUEST && now() < deadline) handle_events(20);
}

// Sends pings, as the official clients do.
static void keep_alive(void) {
  if (now() < next_ping_at || options.protocol == PLAIN || options.protocol == SOCKETIO) return;
  next_ping_at = now() + PING_INTERVAL;
  for (int i = 0; i < options.clients; i++)
    if (clients[i].phase == READY) send_ping(&clients[i]);
}

void handle_events(int milliseconds) {
  static struct epoll_event events[1024];
  int count = epoll_wait(epoll_fd, events, 1024, milliseconds);
  for (int i = 0; i < count; i++) {
    Socket *socket = events[i].data.ptr;
    if (socket->state == CONNECTING) handle_connected(socket);
    else if (socket->state != CLOSED) read_socket(socket);
  }
  keep_alive();
}
