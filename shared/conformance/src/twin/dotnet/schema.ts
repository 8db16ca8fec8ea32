import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isJsonNode, type JsonNode, tokenLength } from './json/json-node.ts';
import { isPackValue, type PackNode, type PackValue } from './message-pack/pack-node.ts';

/** Returned by a conversion if the value does not have the type. */
export const refused = Symbol('refused');

/** How .NET reads the values of one type. Both functions may return `refused`. */
export interface Conversions {
  readonly fromJson: (node: JsonNode) => unknown;
  readonly fromPack: (value: PackValue) => unknown;
}

/** A schema for the values of a C# type. */
export type Schema = StandardSchemaV1<unknown, unknown> &
  Conversions & {
    /** The name of the C# type, for error messages. */
    readonly type: string;
  };

/** Creates the schema of the C# type `System.${type}`. */
export function createSchema(type: string, { fromJson, fromPack }: Conversions): Schema {
  function validate(value: unknown): StandardSchemaV1.Result<unknown> {
    if (isJsonNode(value)) {
      const converted = fromJson(value);
      return converted === refused ? refuse(describeJsonError(type, value)) : { value: converted };
    }
    if (isPackValue(value)) {
      const converted = fromPack(value);
      return converted === refused ? refuse(describePackError(type)) : { value: converted };
    }
    return { value }; // The value comes from a server with other serializers.
  }
  return {
    type,
    fromJson,
    fromPack,
    '~standard': { version: 1, vendor: 'practical-signalr-twin', validate },
  };
}

/** Returns a schema for items of uploads. Its issues contain the names of .NET exceptions. */
export function streamItem(schema: Schema): Schema {
  function validate(value: unknown): ReturnType<Schema['~standard']['validate']> {
    if (isJsonNode(value) && schema.fromJson(value) === refused) {
      return refuse(`JsonException: ${describeJsonError(schema.type, value)}`);
    }
    if (isPackValue(value) && schema.fromPack(value) === refused) {
      return refuse(`InvalidDataException: ${describePackError(schema.type, 'item')}`);
    }
    return schema['~standard'].validate(value);
  }
  return { ...schema, '~standard': { ...schema['~standard'], validate } };
}

const refuse = (message: string): StandardSchemaV1.FailureResult => ({ issues: [{ message }] });

/** Returns the message of the JsonException of System.Text.Json. */
const describeJsonError = (type: string, node: JsonNode): string =>
  `The JSON value could not be converted to System.${type}. Path: $ | LineNumber: 0 | BytePositionInLine: ${tokenLength(node)}.`;

/** Returns the message of the InvalidDataException of the MessagePack hub protocol. */
const describePackError = (type: string, member = 'argument'): string =>
  `Deserializing object of the \`${type}\` type for '${member}' failed.`;

/** Returns a MessagePack value that is not an array, and undefined for arrays. */
export const nodeOf = (value: PackValue): PackNode | undefined =>
  'isPackNode' in value ? value : undefined;

export const isPackNull = (value: PackValue): boolean => {
  const node = nodeOf(value);
  return node?.kind === 'literal' && node.value === null;
};

export const isJsonNull = ({ raw }: JsonNode): boolean => raw === 'null';

/** Returns the characters of a MessagePack string. Invalid UTF-8 becomes U+FFFD, as in .NET. */
export function packText(value: PackValue): string | typeof refused {
  const node = nodeOf(value);
  return node?.kind === 'string' ? Buffer.from(node.bytes).toString('utf8') : refused;
}
