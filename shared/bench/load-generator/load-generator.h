// The load generator of the benchmark: one thread, epoll, and no parsing of JSON, so that it needs
// less CPU time than the server that it measures. It prints one JSON object.
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { JSON, MESSAGEPACK, PLAIN, SOCKETIO } Protocol;
typedef enum { WEB_SOCKETS, SERVER_SENT_EVENTS, LONG_POLLING } Transport;
typedef enum { CONNECT, RECONNECT, ECHO, BURST, STEP, STREAM, GROUP } Mode;

typedef struct {
  Protocol protocol;
  Transport transport;
  Mode mode;
  const char *mode_name, *path, *stream_method;
  int clients;     // connections to open
  int window;      // connections that are opened at the same time
  int depth;       // outstanding calls of each connection (echo)
  int groups;      // number of groups (group)
  int size;        // bytes of the payload
  bool negotiates; // whether each connection starts with a negotiation
  long count;      // messages or items
  double seconds, warm_up, hold, limit;
  double at_least; // seconds for which a burst, groups or streams are repeated
  int ports[2], port_count;
  int pids[8], pid_count;
} Options;

typedef struct {
  char *data;
  uint32_t length, capacity;
} Buffer;

typedef enum {
  CLOSED, CONNECTING, HEAD, BODY, CHUNK_HEAD, CHUNK, CHUNK_END, LAST_CHUNK_END, FRAMES
} SocketState;
typedef enum { NO_REQUEST, NEGOTIATE, UPGRADE, EVENTS, POLL, POST, DELETE } Request;

struct Client;
typedef struct {
  struct Client *client;
  int fd;
  SocketState state;
  Request request; // the request whose response is awaited
  int status;
  uint64_t remaining; // bytes of the body or of the chunk that are not read yet
  Buffer unread;
} Socket;

typedef enum { OPENING, HANDSHAKE, READY } Phase;

typedef struct Client {
  int index, server;
  Phase phase;
  Socket receiver; // the WebSocket, the event stream or the polls
  Socket sender;   // requests with calls of Server-Sent Events and Long Polling
  Buffer body;     // the body of a negotiation
  Buffer line;     // an incomplete line of an event stream
  Buffer record;   // an incomplete record
  Buffer outgoing; // frames or records that are not sent yet
  char *token;
  uint64_t started_at, ready_at;
  uint64_t received; // messages
  bool is_checked;   // whether the content of a message was compared with the payload
  uint64_t *called_at; // the time of each outstanding call (echo)
} Client;

typedef enum { MESSAGE, ITEM, COMPLETION, PING, OTHER } RecordKind;

extern Options options;
extern Client *clients;
extern char payload[];

// main.c
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
uint64_t now(void);

// buffer.c
void append(Buffer *buffer, const void *data, uint32_t length);
void drop_start(Buffer *buffer, uint32_t length);

// usage.c: what the measured processes use, read from /proc
typedef struct {
  double user, system; // seconds, in steps of a clock tick
  double exact;        // seconds that the scheduler counted for the live threads
} CpuTime;
CpuTime server_cpu_time(void);
double cpu_seconds_between(CpuTime start, CpuTime end);
long server_memory(void);
double own_cpu_seconds(void);

// calls.c: writes calls in each protocol
void call(Client *client, int kind, int id, const char *method, int integers, long first,
          long second, const char *text);
void send_ping(Client *client);
void send_handshake(Client *client);
void write_frame(Client *client, int opcode, const char *data, uint32_t length);

// records.c: splits what the server sends into records
void read_payload(Client *client, const char *data, uint32_t length, bool is_last_frame);

// sockets.c: connections, HTTP responses and WebSocket frames
void open_clients(void);
void start_clients(int window);
void close_clients(void);
void end_long_polling(void);
void flush(Client *client);
void handle_events(int milliseconds);
void mark_ready(Client *client);
extern int ready_clients;
extern bool is_ending;
extern uint64_t last_ready_at, bytes_received, frames_received;

// http.c: requests and responses
void send_request(Socket *socket, Request request, const char *body, uint32_t length);
void read_socket(Socket *socket);
void open_socket(Socket *socket, Request request);
void close_socket(Socket *socket);
void watch_for_input(Socket *socket);

// workloads.c: the modes
void handle_record(Client *client, RecordKind kind, int id, const char *data, uint32_t length);
void run_mode(void);
