#include "load-generator.h"
#include <stdlib.h>
#include <string.h>

static RecordKind kind_of_type(int type) {
  switch (type) {
  case 1: return MESSAGE;
  case 2: return ITEM;
  case 3: return COMPLETION;
  case 6: return PING;
  default: return OTHER;
  }
}

static void read_json_record(Client *client, const char *data, uint32_t length) {
  static const char prefix[] = "\"type\":";
  const char *found = memmem(data, length, prefix, sizeof prefix - 1);
  int type = found == NULL ? 0 : found[sizeof prefix - 1] - '0';
  int id = -1;
  if (type == 7 && !is_ending) fail("The server closed the connection: %.*s", (int)length, data);
  if (type == 3) {
    static const char id_prefix[] = "\"invocationId\":\"";
    const char *text = memmem(data, length, id_prefix, sizeof id_prefix - 1);
    if (text != NULL) id = atoi(text + sizeof id_prefix - 1);
  }
  handle_record(client, kind_of_type(type), id, data, length);
}

static void read_messagepack_record(Client *client, const char *data, uint32_t length) {
  int type = data[1], id = -1;
  if (type == 7) fail("The server closed the connection.");
  if (type == 3) {
    if ((data[3] & 0xe0) != 0xa0) fail("A completion has an id that is not a short string.");
    id = atoi(data + 4);
  }
  handle_record(client, kind_of_type(type), id, data, length);
}

static void read_socketio_record(Client *client, const char *data, uint32_t length) {
  if (length == 1 && data[0] == '2') handle_record(client, PING, 0, data, length);
  else if (length > 2 && data[0] == '4' && data[1] == '3')
    handle_record(client, COMPLETION, atoi(data + 2), data, length);
  else if (length > 5 && data[0] == '4' && data[1] == '2')
    handle_record(client, data[4] == 'm' ? MESSAGE : ITEM, 0, data, length);
}

static void read_plain_record(Client *client, const char *data, uint32_t length) {
  RecordKind kind = OTHER;
  if (data[0] == 'm') kind = MESSAGE;
  if (data[0] == 'i') kind = ITEM;
  if (data[0] == 'd') kind = COMPLETION;
  handle_record(client, kind, atoi(data + 1), data, length);
}

static void read_socketio_handshake(Client *client, const char *data, uint32_t length) {
  if (length > 1 && data[0] == '0') {
    write_frame(client, 1, "40", 2);
    flush(client);
  } else if (length > 2 && memcmp(data, "40{", 3) == 0) {
    mark_ready(client);
  } else {
    fail("The server sent an unexpected handshake: %.*s", (int)length, data);
  }
}

// Reads the records that end with the record separator. Returns the number of bytes read.
static uint32_t read_json_records(Client *client, const char *data, uint32_t length) {
  uint32_t start = 0;
  while (start < length) {
    const char *end = memchr(data + start, 0x1e, length - start);
    if (end == NULL) break;
    uint32_t size = end - (data + start);
    if (client->phase == READY) {
      read_json_record(client, data + start, size);
    } else {
      if (size != 2) fail("The server refused the handshake: %.*s", (int)size, data + start);
      mark_ready(client);
    }
    start += size + 1;
    if (client->phase == READY && options.protocol == MESSAGEPACK) break;
  }
  return start;
}

// Reads the records that start with their length. Returns the number of bytes read.
static uint32_t read_messagepack_records(Client *client, const char *data, uint32_t length) {
  uint32_t start = 0;
  while (start < length) {
    uint32_t size = 0, prefix = 0;
    bool is_complete = false;
    while (prefix < 5 && start + prefix < length && !is_complete) {
      unsigned char byte = data[start + prefix];
      size |= (uint32_t)(byte & 127) << (7 * prefix);
      is_complete = byte < 128;
      prefix++;
    }
    if (!is_complete || start + prefix + size > length) break;
    read_messagepack_record(client, data + start + prefix, size);
    start += prefix + size;
  }
  return start;
}

static uint32_t read_records(Client *client, const char *data, uint32_t length) {
  uint32_t start = 0;
  if (options.protocol == JSON || client->phase != READY)
    start = read_json_records(client, data, length);
  if (options.protocol == MESSAGEPACK && client->phase == READY)
    start += read_messagepack_records(client, data + start, length - start);
  return start;
}

// Records of SignalR may share frames and span frames, so their payloads are read as one stream.
static void read_stream(Client *client, const char *data, uint32_t length) {
  if (client->record.length > 0) {
    append(&client->record, data, length);
    uint32_t read = read_records(client, client->record.data, client->record.length);
    drop_start(&client->record, read);
    return;
  }
  uint32_t read = read_records(client, data, length);
  if (read < length) append(&client->record, data + read, length - read);
}

// Reads the payload of a WebSocket frame, or a part of the body of a response.
void read_payload(Client *client, const char *data, uint32_t length, bool is_last_frame) {
  if (options.protocol == JSON || options.protocol == MESSAGEPACK) {
    read_stream(client, data, length);
    return;
  }
  if (client->record.length > 0 || !is_last_frame) append(&client->record, data, length);
  if (!is_last_frame) return;
  if (client->record.length > 0) {
    data = client->record.data;
    length = client->record.length;
  }
  if (options.protocol == PLAIN) read_plain_record(client, data, length);
  else if (client->phase == READY) read_socketio_record(client, data, length);
  else read_socketio_handshake(client, data, length);
  client->record.length = 0;
}
