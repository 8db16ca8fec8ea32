import { readMessagePack } from '../../twin/dotnet/message-pack/message-pack-reader.ts';
import type { PackNode, PackValue } from '../../twin/dotnet/message-pack/pack-node.ts';

/** A message as it was received: JSON as text, MessagePack as hexadecimal bytes. */
export interface ReceivedMessage {
  readonly text?: string;
  readonly hex?: string;
}

/** The readable part of a message. `value` is undefined if nothing can be read. */
export interface MessageView {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly target?: unknown;
  readonly value?: unknown;
}

export function readMessage({ text, hex = '' }: ReceivedMessage): MessageView {
  try {
    return text === undefined ? viewPack(hex) : viewJson(text);
  } catch {
    return {};
  }
}

function viewJson(text: string): MessageView {
  const value = JSON.parse(text) as Record<string, unknown>;
  return { type: value['type'], id: value['invocationId'], target: value['target'], value };
}

function viewPack(hex: string): MessageView {
  const value = toPlain(readMessagePack(Buffer.from(hex, 'hex'))) as unknown[];
  const [type, , id, target] = value;
  const hasId = typeof type === 'number' && type >= 1 && type <= 5;
  return { type, id: hasId ? id : undefined, target: type === 1 ? target : undefined, value };
}

/**
 * Converts MessagePack for people. Types that JSON lacks become objects such as `{ $float32: 1.5
 * }`.
 */
export function toPlain(value: PackValue): unknown {
  return 'isPackNode' in value ? nodeToPlain(value) : value.map(toPlain);
}

function nodeToPlain(node: PackNode): unknown {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  switch (node.kind) {
    case 'integer':
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : `${node.value}n`;
    case 'float':
      return node.bytes.length === 4 ? { $float32: node.value } : { $float64: node.value };
    case 'literal':
      return node.value;
    case 'string':
      return Buffer.from(node.bytes).toString('utf8');
    case 'binary':
      return { $binary: hex(node.bytes) };
    case 'extension':
      return { $extension: node.type, hex: hex(node.bytes) };
    case 'map':
      return Object.fromEntries(
        node.entries.map(([key, item]) => {
          const name = toPlain(key);
          return [typeof name === 'string' ? name : JSON.stringify(name), toPlain(item)];
        }),
      );
  }
}
