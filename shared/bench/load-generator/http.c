// Requests and responses of HTTP/1.1, and the frames of WebSockets.
#include "load-generator.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (8 << 20)

static char read_buffer[READ_SIZE];

// Writes the query string, with the connection token in its encoded form.
static int write_query(char *out, const Client *client) {
  if (options.protocol == SOCKETIO) return sprintf(out, "?EIO=4&transport=websocket");
  if (client->token == NULL) return 0;
  int length = sprintf(out, "?id=");
  for (const char *next = client->token; *next != 0 && length < 1000; next++)
    length += sprintf(out + length, strchr("+/=", *next) ? "%%%02X" : "%c", *next);
  return length;
}

static int write_head(char *out, const Client *client, Request request, uint32_t body_length) {
  char query[1100] = "";
  write_query(query, client);
  int port = options.ports[client->server];
  switch (request) {
  case NEGOTIATE:
    return sprintf(out, "POST %s/negotiate?negotiateVersion=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "Content-Length: 0\r\n\r\n", options.path, port);
  case UPGRADE:
    return sprintf(out, "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
                   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", options.path, query, port);
  case EVENTS:
    return sprintf(out, "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n"
                   "\r\n", options.path, query, port);
  case POLL:
    return sprintf(out, "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", options.path, query, port);
  case POST:
    return sprintf(out, "POST %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/plain\r\n"
                   "Content-Length: %u\r\n\r\n", options.path, query, port, body_length);
  case DELETE:
    return sprintf(out, "DELETE %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", options.path, query,
                   port);
  default:
    fail("This request is not sent to a server.");
  }
}

static void send_bytes(Socket *socket, const char *data, uint32_t length) {
  ssize_t sent = send(socket->fd, data, length, MSG_NOSIGNAL);
  if (sent != (ssize_t)length)
    fail("Connection %d accepted %zd of %u bytes: %s", socket->client->index, sent, length,
         strerror(errno));
}

// Sends a request. Its body has at most 4 MB.
void send_request(Socket *socket, Request request, const char *body, uint32_t length) {
  static char message[5 << 20];
  int head = write_head(message, socket->client, request, length);
  if (length > (4 << 20)) fail("A request of %u bytes is too long.", length);
  if (length > 0) memcpy(message + head, body, length);
  socket->request = request;
  socket->state = HEAD;
  send_bytes(socket, message, head + length);
}

// Sends what was written to a client since the last call.
void flush(Client *client) {
  Buffer *outgoing = &client->outgoing;
  if (outgoing->length == 0) return;
  if (options.transport == WEB_SOCKETS) {
    send_bytes(&client->receiver, outgoing->data, outgoing->length);
    outgoing->length = 0;
    return;
  }
  Socket *sender = &client->sender;
  if (sender->request != NO_REQUEST) return; // sent together when the response has arrived
  if (sender->state == CLOSED) {
    open_socket(sender, POST);
    return;
  }
  send_request(sender, POST, outgoing->data, outgoing->length);
  outgoing->length = 0;
}

static void read_negotiation(Client *client) {
  append(&client->body, "", 1);
  char *token = strstr(client->body.data, "\"connectionToken\":\"");
  if (token == NULL) fail("The negotiation has no connection token: %.200s", client->body.data);
  token += strlen("\"connectionToken\":\"");
  client->token = strndup(token, strchr(token, '"') - token);
  client->body.length = 0;
  if (options.transport == WEB_SOCKETS) {
    close_socket(&client->receiver);
    open_socket(&client->receiver, UPGRADE);
  } else {
    open_socket(&client->receiver, options.transport == LONG_POLLING ? POLL : EVENTS);
  }
}

static void end_response(Socket *socket) {
  Client *client = socket->client;
  Request request = socket->request;
  socket->request = NO_REQUEST;
  socket->state = HEAD;
  if (request == NEGOTIATE) read_negotiation(client);
  if (request == POST && is_ending) send_request(socket, DELETE, NULL, 0);
  else if (request == POST) flush(client);
  if (request == EVENTS) fail("The server closed the event stream of connection %d.", client->index);
  if (request != POLL || is_ending) return;
  if (socket->status == 204) fail("The server closed connection %d.", client->index);
  send_request(socket, POLL, NULL, 0);
  if (client->phase == OPENING) { // the first poll returns at once
    client->phase = HANDSHAKE;
    send_handshake(client);
  }
}

// Reads the lines of an event stream. Data of SignalR has no line breaks.
static void read_events(Client *client, const char *data, uint32_t length) {
  append(&client->line, data, length);
  uint32_t start = 0;
  while (start < client->line.length) {
    const char *line = client->line.data + start;
    const char *end = memchr(line, '\n', client->line.length - start);
    if (end == NULL) break;
    uint32_t size = end - line;
    if (size > 0 && line[size - 1] == '\r') size--;
    if (size > 6 && memcmp(line, "data: ", 6) == 0) read_payload(client, line + 6, size - 6, true);
    start += end + 1 - line;
  }
  drop_start(&client->line, start);
}

static void read_body(Socket *socket, const char *data, uint32_t length) {
  if (socket->request == NEGOTIATE) append(&socket->client->body, data, length);
  if (socket->request == EVENTS) read_events(socket->client, data, length);
  if (socket->request == POLL) read_payload(socket->client, data, length, true);
}

// Reads the head of a response. Returns its length, or 0 if it is incomplete.
static uint32_t read_head(Socket *socket, const char *data, uint32_t length) {
  const char *end = memmem(data, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  socket->status = atoi(data + strlen("HTTP/1.1 "));
  int expected = socket->request == UPGRADE ? 101 : 200;
  bool is_end_of_polls = socket->request == POLL && socket->status == 204;
  bool is_accepted = socket->status == 202;
  if (socket->status != expected && !is_end_of_polls && !is_accepted && !is_ending)
    fail("A request of connection %d failed: %.60s", socket->client->index, data);
  bool is_chunked = false;
  socket->remaining = 0;
  for (const char *line = data; line < end; line = (char *)memchr(line, '\n', end + 2 - line) + 1) {
    if (strncasecmp(line, "content-length:", 15) == 0) socket->remaining = atol(line + 15);
    if (strncasecmp(line, "transfer-encoding: chunked", 26) == 0) is_chunked = true;
  }
  if (socket->request == UPGRADE) socket->state = FRAMES;
  else socket->state = is_chunked ? CHUNK_HEAD : BODY;
  return end + 4 - data;
}

static void begin_handshake(Client *client) {
  if (client->phase != OPENING) return;
  if (options.protocol == PLAIN) {
    mark_ready(client);
    return;
  }
  client->phase = HANDSHAKE;
  if (options.protocol != SOCKETIO) send_handshake(client);
}

// Reads a part of a response. Returns the number of bytes read, or 0 if more are needed.
static uint32_t read_response(Socket *socket, const char *data, uint32_t length) {
  uint32_t size = socket->remaining < length ? socket->remaining : length;
  const char *end;
  switch (socket->state) {
  case HEAD:
    size = read_head(socket, data, length);
    if (size == 0) return 0;
    if (socket->request == UPGRADE || socket->request == EVENTS) begin_handshake(socket->client);
    if (socket->state == BODY && socket->remaining == 0) end_response(socket);
    return size;
  case BODY:
    read_body(socket, data, size);
    socket->remaining -= size;
    if (socket->remaining == 0) end_response(socket);
    return size;
  case CHUNK_HEAD:
    end = memmem(data, length, "\r\n", 2);
    if (end == NULL) return 0;
    socket->remaining = strtoul(data, NULL, 16);
    socket->state = socket->remaining == 0 ? LAST_CHUNK_END : CHUNK;
    return end + 2 - data;
  case CHUNK:
    read_body(socket, data, size);
    socket->remaining -= size;
    if (socket->remaining == 0) socket->state = CHUNK_END;
    return size;
  case CHUNK_END:
    if (length < 2) return 0;
    socket->state = CHUNK_HEAD;
    return 2;
  case LAST_CHUNK_END:
    if (length < 2) return 0;
    end_response(socket);
    return 2;
  default:
    fail("Connection %d received bytes that belong to no response.", socket->client->index);
  }
}

// Reads one WebSocket frame. Returns its length, or 0 if it is incomplete.
static uint32_t read_frame(Client *client, const char *data, uint32_t length) {
  const unsigned char *head = (const unsigned char *)data;
  if (length < 2) return 0;
  uint64_t size = head[1] & 127;
  uint32_t start = 2;
  int length_bytes = 0;
  if (size == 126) length_bytes = 2;
  if (size == 127) length_bytes = 8;
  if (length < start + length_bytes) return 0;
  if (length_bytes > 0) size = 0;
  for (int i = 0; i < length_bytes; i++) size = size << 8 | head[start + i];
  start += length_bytes;
  if (size > READ_SIZE - 64) fail("The server sent a frame of %lu bytes.", size);
  if (length < start + size) return 0;
  int opcode = head[0] & 15;
  if (opcode == 8) fail("The server closed the WebSocket of connection %d.", client->index);
  if (opcode == 9) write_frame(client, 10, data + start, size);
  if (opcode < 3) {
    frames_received++;
    read_payload(client, data + start, size, head[0] >> 7);
  }
  return start + size;
}

static void handle_end(Socket *socket, ssize_t result) {
  // Servers close connections that have no request.
  bool is_idle = socket->request == NO_REQUEST && socket == &socket->client->sender;
  if (is_ending || (result == 0 && is_idle)) {
    close_socket(socket);
    return;
  }
  fail("The server ended connection %d after %lu messages: %s", socket->client->index,
       socket->client->received, result == 0 ? "end of stream" : strerror(errno));
}

// Reads once. If more is available, epoll reports the socket again.
void read_socket(Socket *socket) {
  uint32_t kept = socket->unread.length;
  if (kept > 0) memcpy(read_buffer, socket->unread.data, kept);
  ssize_t result = recv(socket->fd, read_buffer + kept, READ_SIZE - kept - 1, 0);
  if (result < 0 && errno == EAGAIN) return;
  if (result <= 0) {
    handle_end(socket, result);
    return;
  }
  socket->unread.length = 0;
  bytes_received += result;
  uint32_t length = kept + result, start = 0;
  while (start < length) {
    const char *next = read_buffer + start;
    uint32_t rest = length - start;
    bool has_frames = socket->state == FRAMES;
    uint32_t read = has_frames ? read_frame(socket->client, next, rest)
                               : read_response(socket, next, rest);
    if (read == 0) break;
    start += read;
    if (socket->state == CONNECTING) return; // a negotiation ended, and the socket was opened again
  }
  if (start < length) append(&socket->unread, read_buffer + start, length - start);
  // The calls that follow from one read leave in one write.
  flush(socket->client);
}
