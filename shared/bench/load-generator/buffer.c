#include "load-generator.h"
#include <stdlib.h>
#include <string.h>

void append(Buffer *buffer, const void *data, uint32_t length) {
  if (buffer->length + length > buffer->capacity) {
    buffer->capacity = (buffer->length + length) * 2;
    buffer->data = realloc(buffer->data, buffer->capacity);
    if (buffer->data == NULL) fail("The load generator has no memory left.");
  }
  if (length > 0) memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
}

void drop_start(Buffer *buffer, uint32_t length) {
  memmove(buffer->data, buffer->data + length, buffer->length - length);
  buffer->length -= length;
}
