#include "load-generator.h"
#include <stdio.h>
#include <string.h>

// Appends a masked WebSocket frame to the outgoing bytes of a client.
void write_frame(Client *client, int opcode, const char *data, uint32_t length) {
  static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  unsigned char head[8] = {0x80 | opcode};
  int head_length = 2;
  if (length < 126) {
    head[1] = 0x80 | length;
  } else if (length < 65536) {
    head[1] = 0x80 | 126;
    head[2] = length >> 8;
    head[3] = length;
    head_length = 4;
  } else {
    fail("A frame of %u bytes is too long for the load generator.", length);
  }
  memcpy(head + head_length, mask, 4);
  append(&client->outgoing, head, head_length + 4);
  uint32_t start = client->outgoing.length;
  append(&client->outgoing, data, length);
  for (uint32_t i = 0; i < length; i++) client->outgoing.data[start + i] ^= mask[i & 3];
}

// Appends a record as the transport of the client sends it.
static void write_record(Client *client, int opcode, const char *data, uint32_t length) {
  if (options.transport == WEB_SOCKETS) write_frame(client, opcode, data, length);
  else append(&client->outgoing, data, length);
}

static int pack_string(char *out, const char *text) {
  int length = strlen(text), start = 0;
  if (length < 32) {
    out[start++] = 0xa0 | length;
  } else if (length < 256) {
    out[start++] = 0xd9;
    out[start++] = length;
  } else {
    out[start++] = 0xda;
    out[start++] = length >> 8;
    out[start++] = length;
  }
  memcpy(out + start, text, length);
  return start + length;
}

static int pack_integer(char *out, long value) {
  if (value < 128) {
    out[0] = value;
    return 1;
  }
  out[0] = 0xce;
  for (int i = 0; i < 4; i++) out[1 + i] = value >> (24 - 8 * i);
  return 5;
}

static void call_in_messagepack(Client *client, int kind, int id, const char *method, int integers,
                                long first, long second, const char *text) {
  char body[70000], message[70010], id_text[16];
  int length = 0;
  body[length++] = 0x96; // array of 6: type, headers, id, target, arguments, stream ids
  body[length++] = kind;
  body[length++] = 0x80;
  sprintf(id_text, "%d", id);
  length += pack_string(body + length, id_text);
  length += pack_string(body + length, method);
  body[length++] = 0x90 | (integers + (text != NULL ? 1 : 0));
  if (integers > 0) length += pack_integer(body + length, first);
  if (integers > 1) length += pack_integer(body + length, second);
  if (text != NULL) length += pack_string(body + length, text);
  body[length++] = 0x90;
  int prefix = 0;
  for (int rest = length; rest > 0 || prefix == 0; rest >>= 7)
    message[prefix++] = (rest & 127) | (rest > 127 ? 128 : 0);
  memcpy(message + prefix, body, length);
  write_record(client, 2, message, prefix + length);
}

static int write_arguments(char *out, int integers, long first, long second, const char *text) {
  int length = 0;
  if (integers > 0) length += sprintf(out + length, "%ld,", first);
  if (integers > 1) length += sprintf(out + length, "%ld,", second);
  if (text != NULL) length += sprintf(out + length, "\"%s\",", text);
  return length > 0 ? length - 1 : 0; // without the last comma
}

// Calls a method with up to two integers and an optional string. The kind is 1 for an invocation
// and 4 for a stream, as in the hub protocol.
void call(Client *client, int kind, int id, const char *method, int integers, long first,
          long second, const char *text) {
  char message[70000];
  int length = 0;
  switch (options.protocol) {
  case MESSAGEPACK:
    call_in_messagepack(client, kind, id, method, integers, first, second, text);
    return;
  case JSON:
    length = sprintf(message, "{\"type\":%d,\"invocationId\":\"%d\",\"target\":\"%s\",\"arguments\":[",
                     kind, id, method);
    length += write_arguments(message + length, integers, first, second, text);
    length += sprintf(message + length, "]}\x1e");
    break;
  case SOCKETIO:
    length = sprintf(message, "42%d[\"%s\",", id, method);
    length += write_arguments(message + length, integers, first, second, text);
    message[length++] = ']';
    break;
  case PLAIN: // the first letter of the method, the id, two integers and the string
    length = sprintf(message, "%c%d|%ld|%ld|%s", method[0], id, first, second, text ? text : "");
    break;
  }
  write_record(client, 1, message, length);
}

void send_ping(Client *client) {
  if (options.protocol == JSON) write_record(client, 1, "{\"type\":6}\x1e", 11);
  if (options.protocol == MESSAGEPACK) write_record(client, 2, "\x02\x91\x06", 3);
  flush(client);
}

void send_handshake(Client *client) {
  const char *name = options.protocol == JSON ? "json" : "messagepack";
  char message[64];
  int length = sprintf(message, "{\"protocol\":\"%s\",\"version\":1}\x1e", name);
  write_record(client, 1, message, length);
  flush(client);
}
