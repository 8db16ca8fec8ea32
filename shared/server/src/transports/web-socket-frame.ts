const FINAL = 0x80;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
/** The size of a header for more than 125 bytes. */
const LONG_HEADER = 4;
const MINIMUM_LONG_LENGTH = 126;

/**
 * The maximum size of a frame, in bytes. Larger messages are sent in fragments, so that control
 * frames can be sent between them. Source: RFC 6455, section 5.4.
 */
export const MAXIMUM_FRAME = 65_536;
const MAXIMUM_PAYLOAD = MAXIMUM_FRAME - LONG_HEADER;

/** Returns the unmasked frames of one message. Source: RFC 6455, section 5.2. */
export function webSocketFrame(payload: string | Uint8Array): Buffer {
  if (typeof payload !== 'string') return joinedFrame([payload]);
  const length = Buffer.byteLength(payload);
  const frame = emptyFrame(TEXT, length);
  frame.write(payload, frame.length - length);
  return length > MAXIMUM_PAYLOAD ? fragment(frame, TEXT, length) : frame;
}

/** Returns the frames of one binary message with several payloads. */
export function joinedFrame(payloads: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const payload of payloads) length += payload.length;
  const frame = emptyFrame(BINARY, length);
  let at = frame.length - length;
  for (const payload of payloads) {
    frame.set(payload, at);
    at += payload.length;
  }
  return length > MAXIMUM_PAYLOAD ? fragment(frame, BINARY, length) : frame;
}

/** The ends of slices by their starts. A broadcast writes one buffer to many clients. */
const sliceEnds = new WeakMap<Buffer, Map<number, number>>();

/**
 * Returns the end of the last complete frame that begins in `bytes` at `start` and ends within
 * `MAXIMUM_FRAME` bytes. `start` must be the beginning of a frame that this file created, and
 * `bytes` must not change afterwards.
 */
export function endOfFrames(bytes: Buffer, start: number): number {
  if (bytes.length - start <= MAXIMUM_FRAME) return bytes.length;
  let ends = sliceEnds.get(bytes);
  if (ends === undefined) {
    ends = new Map();
    sliceEnds.set(bytes, ends);
  }
  let end = ends.get(start);
  if (end === undefined) {
    end = findEndOfFrames(bytes, start);
    ends.set(start, end);
  }
  return end;
}

function findEndOfFrames(bytes: Buffer, start: number): number {
  let end = start + frameLength(bytes, start);
  for (;;) {
    const next = end + frameLength(bytes, end);
    if (next > start + MAXIMUM_FRAME) return end;
    end = next;
  }
}

function frameLength(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] ?? 0;
  return length < MINIMUM_LONG_LENGTH ? 2 + length : LONG_HEADER + bytes.readUInt16BE(at + 2);
}

/** Returns a buffer for all frames of a message. The payload belongs at its end. */
function emptyFrame(opcode: number, length: number): Buffer {
  if (length > MAXIMUM_PAYLOAD) {
    const count = Math.ceil(length / MAXIMUM_PAYLOAD);
    return Buffer.allocUnsafe(count * LONG_HEADER + length);
  }
  const frame = Buffer.allocUnsafe((length < MINIMUM_LONG_LENGTH ? 2 : LONG_HEADER) + length);
  writeHeader(frame, 0, FINAL | opcode, length);
  return frame;
}

/** Moves the payload from the end of the buffer to its place in the fragments. */
function fragment(frames: Buffer, opcode: number, length: number): Buffer {
  let from = frames.length - length;
  let at = 0;
  while (from < frames.length) {
    const size = fragmentSize(frames.length - from);
    frames.copyWithin(at + LONG_HEADER, from, from + size);
    const final = from + size === frames.length ? FINAL : 0;
    writeLongHeader(frames, at, final | (at === 0 ? opcode : CONTINUATION), size);
    at += LONG_HEADER + size;
    from += size;
  }
  return frames;
}

/** Returns the size of the next fragment's payload. The last one keeps at least 126 bytes. */
function fragmentSize(remaining: number): number {
  if (remaining <= MAXIMUM_PAYLOAD) return remaining;
  const rest = remaining - MAXIMUM_PAYLOAD;
  // A shorter fragment would need a shorter header: lengths must be encoded in the minimal form.
  return rest < MINIMUM_LONG_LENGTH ? MAXIMUM_PAYLOAD - MINIMUM_LONG_LENGTH : MAXIMUM_PAYLOAD;
}

function writeHeader(frame: Buffer, at: number, firstByte: number, length: number): void {
  if (length >= MINIMUM_LONG_LENGTH) {
    writeLongHeader(frame, at, firstByte, length);
    return;
  }
  frame[at] = firstByte;
  frame[at + 1] = length;
}

function writeLongHeader(frame: Buffer, at: number, firstByte: number, length: number): void {
  frame[at] = firstByte;
  frame[at + 1] = 126;
  frame.writeUInt16BE(length, at + 2);
}
