import { ServerResponse } from 'node:http';
import type { WritableSink } from '../sliced-writer.ts';

/** The largest number of bytes that are copied, because a copy is faster than four buffers. */
const MAXIMUM_COPY = 4096;
const LINE_END = '\r\n';
const originalWrite = Reflect.get(ServerResponse.prototype, 'write');

/**
 * Writes to a response with a chunked body. Node passes each chunk to the operating system in four
 * buffers: its length, a line end, the bytes, a line end. This class passes small chunks in one
 * buffer. Source: RFC 9112, section 7.1.
 */
class ChunkedResponse implements WritableSink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get writableLength(): number {
    return this.#response.writableLength;
  }

  write(bytes: Uint8Array): void {
    const response = this.#response;
    if (bytes.length > MAXIMUM_COPY) {
      response.write(bytes);
      return;
    }
    // Node writes these bytes as they are, but it must still write the end of the last chunk.
    response.chunkedEncoding = false;
    response.write(encodeChunk(bytes));
    response.chunkedEncoding = true;
  }
}

/**
 * Returns what the body of a response is written to, after its headers have been sent. This is the
 * response itself if its body is not chunked, or if middleware has replaced its method `write`.
 */
export function bodySink(response: ServerResponse): WritableSink {
  const isChunked = response instanceof ServerResponse && response.chunkedEncoding;
  const isOriginal = Reflect.get(response, 'write') === originalWrite;
  return isChunked && isOriginal ? new ChunkedResponse(response) : response;
}

function encodeChunk(bytes: Uint8Array): Buffer {
  const header = bytes.length.toString(16) + LINE_END;
  const chunk = Buffer.allocUnsafe(header.length + bytes.length + LINE_END.length);
  chunk.write(header, 0, 'latin1');
  chunk.set(bytes, header.length);
  chunk.write(LINE_END, header.length + bytes.length, 'latin1');
  return chunk;
}
