export type JsonKind = 'string' | 'number' | 'literal' | 'object' | 'array';

/**
 * A JSON value as it was received: with the digits of numbers, the order of members, and members
 * that occur twice.
 */
export interface JsonNode {
  readonly kind: JsonKind;
  /** The text of the value. */
  readonly raw: string;
  /** The members of an object. */
  readonly members: readonly (readonly [string, JsonNode])[];
  /** The items of an array. */
  readonly items: readonly JsonNode[];
}

const nodes = new WeakSet<object>();
const NONE: readonly never[] = [];

/** Creates a node that `isJsonNode` recognizes. */
export function createJsonNode(
  kind: JsonKind,
  raw: string,
  content: Partial<Pick<JsonNode, 'members' | 'items'>> = {},
): JsonNode {
  const node = { kind, raw, members: NONE, items: NONE, ...content };
  nodes.add(node);
  return node;
}

export const isJsonNode = (value: unknown): value is JsonNode =>
  typeof value === 'object' && value !== null && nodes.has(value);

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Returns the value of a string, or undefined if it has a lone surrogate, which .NET refuses. */
export function textOf(node: JsonNode): string | undefined {
  const text = JSON.parse(node.raw) as string;
  return LONE_SURROGATE.test(text) ? undefined : text;
}

/** Returns the number of bytes of the first token. .NET reports it as the position of an error. */
export const tokenLength = ({ kind, raw }: JsonNode): number =>
  kind === 'object' || kind === 'array' ? 1 : Buffer.byteLength(raw);
