import type { PackNode, PackValue } from './message-pack/pack-node.ts';
import { createSchema, type Schema } from './schema.ts';

/** Any value, as a plain value of JavaScript, which every protocol can write. */
export const plainValue: Schema = createSchema('Object', {
  fromJson: ({ raw }) => JSON.parse(raw) as unknown,
  fromPack: toPlain,
});

function toPlain(value: PackValue): unknown {
  return 'isPackNode' in value ? nodeToPlain(value) : value.map(toPlain);
}

function nodeToPlain(node: PackNode): unknown {
  switch (node.kind) {
    case 'integer':
      return Number(node.value);
    case 'string':
      return Buffer.from(node.bytes).toString('utf8');
    case 'map':
      return Object.fromEntries(
        node.entries.map(([key, member]) => [String(toPlain(key)), toPlain(member)]),
      );
    case 'binary':
    case 'extension':
      return node.bytes;
    default:
      return node.value;
  }
}
