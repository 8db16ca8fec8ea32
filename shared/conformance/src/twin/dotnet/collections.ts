import type { PackValue } from './message-pack/pack-node.ts';
import { createSchema, isJsonNull, isPackNull, nodeOf, packText, refused } from './schema.ts';
import type { Schema } from './schema.ts';
import { Dictionary, DotnetObject } from './values.ts';

export function nullable(type: Schema): Schema {
  return createSchema(type.type, {
    fromJson: (node) => (isJsonNull(node) ? null : type.fromJson(node)),
    fromPack: (value) => (isPackNull(value) ? null : type.fromPack(value)),
  });
}

const unlessRefused = (items: readonly unknown[]): unknown =>
  items.includes(refused) ? refused : items;

export function list(type: Schema): Schema {
  return nullable(
    createSchema(`${type.type}[]`, {
      fromJson: ({ kind, items }) =>
        kind === 'array' ? unlessRefused(items.map(type.fromJson)) : refused,
      fromPack: (value) =>
        'isPackNode' in value ? refused : unlessRefused(value.map(type.fromPack)),
    }),
  );
}

/**
 * Returns the schema of a dictionary with strings as keys. Of two equal keys, JSON takes the last
 * one; MessagePack refuses them.
 */
export function map(type: Schema): Schema {
  const create = (keys: readonly unknown[], values: readonly unknown[]): unknown => {
    if (keys.includes(refused) || values.includes(refused)) return refused;
    return new Dictionary(new Map(keys.map((key, i) => [key as string, values[i]])));
  };
  return nullable(
    createSchema('Dictionary', {
      fromJson({ kind, members }) {
        if (kind !== 'object') return refused;
        return create(
          members.map(([name]) => name),
          members.map(([, member]) => type.fromJson(member)),
        );
      },
      fromPack(value) {
        const node = nodeOf(value);
        if (node?.kind !== 'map') return refused;
        const keys = node.entries.map(([key]) => packText(key));
        if (new Set(keys).size < keys.length) return refused;
        return create(
          keys,
          node.entries.map(([, member]) => type.fromPack(member)),
        );
      },
    }),
  );
}

type RecordMembers = Readonly<Record<string, readonly [Schema, unknown]>>;

/**
 * Returns the schema of a class. JSON matches members case-insensitively, MessagePack exactly. They
 * are written in the order of the class. Missing ones get their defaults, unknown ones are ignored.
 */
export function record(name: string, members: () => RecordMembers): Schema {
  function create(convert: (name: string, type: Schema) => unknown): unknown {
    const result: Record<string, unknown> = new DotnetObject() as Record<string, unknown>;
    for (const [member, [type, missing]] of Object.entries(members())) {
      const value = convert(member, type);
      if (value === refused) return refused;
      result[member] = value === undefined ? missing : value;
    }
    return result;
  }
  return nullable(
    createSchema(name, {
      fromJson({ kind, members: received }) {
        if (kind !== 'object') return refused;
        return create((member, type) => {
          const values = received
            .filter(([key]) => key.toLowerCase() === member)
            .map(([, value]) => type.fromJson(value));
          return values.includes(refused) ? refused : values.at(-1);
        });
      },
      fromPack(value) {
        const node = nodeOf(value);
        if (node?.kind !== 'map') return refused;
        const received = node.entries.map(([key, member]) => [packText(key), member] as const);
        if (received.some(([key]) => key === refused)) return refused;
        return create((member, type) => {
          const key = member.charAt(0).toUpperCase() + member.slice(1);
          const values = received
            .filter(([received]) => received === key)
            .map(([, content]: readonly [unknown, PackValue]) => type.fromPack(content));
          return values.includes(refused) ? refused : values.at(-1);
        });
      },
    }),
  );
}
