import type { FieldKind } from './field-kinds.ts';
import { MessagePackReader, ServiceProtocolError } from './message-pack-reader.ts';
import { MessagePackWriter } from './message-pack-writer.ts';
import { messageLayouts, type ServiceMessage, ServiceMessageType } from './service-message.ts';
import { errorTexts } from '../error-texts.ts';

type Fields = readonly (readonly [name: string, kind: FieldKind<unknown>])[];
const layouts = new Map<number, Fields>(
  Object.entries(messageLayouts).map(([type, layout]) => [
    Number(type),
    Object.entries(layout) as unknown as Fields,
  ]),
);

/**
 * One message from the bytes of a frame without its length, or undefined for a type that this version does not know.
 * Payloads are views of the bytes. Items behind those that are known are passed over.
 * @throws {ServiceProtocolError} when it cannot be read.
 */
export function readServiceMessage(frame: Uint8Array): ServiceMessage | undefined {
  const reader = new MessagePackReader(frame);
  const count = reader.arrayLength();
  if (count === 0) throw new ServiceProtocolError(errorTexts.emptyMessage);
  const type = reader.integer();
  if (type === null) throw new ServiceProtocolError(errorTexts.emptyMessage);
  const layout = layouts.get(Number(type));
  if (layout === undefined) return undefined;
  if (type === ServiceMessageType.Ping) {
    const messages: string[] = [];
    for (let left = count - 1; left > 0; left--) messages.push(reader.string() ?? '');
    return { type, messages };
  }
  const message: Record<string, unknown> = { type };
  let i = 1;
  for (const [name, kind] of layout) message[name] = i++ < count ? kind.read(reader) : kind.missing;
  return message as unknown as ServiceMessage;
}

/** Writes messages as frames into one buffer, so that many of them leave in one write. */
export class ServiceMessageWriter {
  readonly #writer = new MessagePackWriter();

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#writer.length;
  }

  /** The frames since the last call. */
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

/** One message as a frame of its own. */
export function writeServiceMessage(message: ServiceMessage): Buffer {
  const writer = new ServiceMessageWriter();
  writer.write(message);
  return writer.take();
}
