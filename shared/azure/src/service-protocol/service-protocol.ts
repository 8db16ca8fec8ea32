import type { FieldKind } from './field-kinds.ts';
import { MessagePackReader } from './message-pack-reader.ts';
import { MessagePackWriter } from './message-pack-writer.ts';
import { messageLayouts, type ServiceMessage, ServiceMessageType } from './service-message.ts';
import { errors } from '../errors.ts';

type Fields = readonly (readonly [name: string, kind: FieldKind<unknown>])[];
const layouts = new Map<number, Fields>(
  Object.entries(messageLayouts).map(([type, layout]) => [
    Number(type),
    Object.entries(layout) as unknown as Fields,
  ]),
);

/**
 * Reads one message from a frame without its length. Returns undefined if the type is unknown.
 * Payloads are views of the bytes. Additional items at the end are ignored.
 * @throws {ServiceProtocolError} if the message is malformed
 * (`ERR_SIGNALR_AZURE_MALFORMED_MESSAGE`).
 */
export function readServiceMessage(frame: Uint8Array): ServiceMessage | undefined {
  const reader = new MessagePackReader(frame);
  const count = reader.arrayLength();
  if (count === 0) throw errors.emptyMessage();
  const type = reader.integer();
  if (type === null) throw errors.emptyMessage();
  const layout = layouts.get(Number(type));
  if (layout === undefined) return undefined;
  if (type === ServiceMessageType.Ping) {
    const messages: string[] = [];
    for (let left = count - 1; left > 0; left--) messages.push(reader.string() ?? '');
    return { type, messages };
  }
  const message: Record<string, unknown> = { type };
  for (const [i, [name, kind]] of layout.entries()) {
    message[name] = i + 1 < count ? kind.read(reader) : kind.missing;
  }
  return message as unknown as ServiceMessage;
}

/** Writes messages as frames into one buffer, so that many messages are sent in one write. */
export class ServiceMessageWriter {
  readonly #writer = new MessagePackWriter();

  /** The number of bytes that `take()` will return. */
  get length(): number {
    return this.#writer.length;
  }

  /** Returns the frames that were written since the last call. */
  take(): Buffer {
    return this.#writer.take();
  }

  write(message: ServiceMessage): void {
    this.#writer.frame(() => this.#body(message));
  }

  #body(message: ServiceMessage): void {
    const writer = this.#writer;
    if (message.type === ServiceMessageType.Ping) {
      writer.arrayHeader(1 + message.messages.length);
      writer.integer(message.type);
      for (const part of message.messages) writer.string(part);
      return;
    }
    const values = message as unknown as Readonly<Record<string, unknown>>;
    const layout = layouts.get(message.type) as Fields;
    let count = layout.length;
    const last = layout[count - 1];
    if (last?.[1].trailing === true && values[last[0]] === undefined) count--;
    writer.arrayHeader(1 + count);
    writer.integer(message.type);
    for (let i = 0; i < count; i++) {
      const [name, kind] = layout[i] as Fields[number];
      kind.write(writer, values[name]);
    }
  }
}

/** Returns one message as a frame. */
export function writeServiceMessage(message: ServiceMessage): Buffer {
  const writer = new ServiceMessageWriter();
  writer.write(message);
  return writer.take();
}
