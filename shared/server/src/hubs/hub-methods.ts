import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../authentication/authorization.ts';
import { errorTexts } from '../error-texts.ts';
import { Hub } from './hub.ts';
import type { ArgumentType, HubMethodOptions } from './hub-options.ts';
import { StreamParameter } from './stream-parameter.ts';

/** A parameter that is an upload. */
export interface UploadParameter {
  readonly index: number;
  readonly itemSchema: StandardSchemaV1 | undefined;
}

/** A method that clients can call. */
export interface HubMethod {
  readonly name: string;
  readonly run: (...args: readonly unknown[]) => unknown;
  /** Arguments that are values; uploads do not count. */
  readonly argumentCount: number;
  readonly argumentSchemas: readonly (StandardSchemaV1 | undefined)[] | undefined;
  /** The uploads, each with its place among the parameters. */
  readonly uploads: readonly UploadParameter[];
  readonly streams: boolean;
  readonly authorize: Authorize | undefined;
}

const hooks = new Set([
  'constructor',
  'onConnected',
  'onAuthenticationRefreshed',
  'onDisconnected',
]);
/** What can be seen to stream without being called. */
const generators = [
  Object.getPrototypeOf(async function* () {}),
  Object.getPrototypeOf(function* () {}),
] as object[];

/**
 * The methods of a hub class by their name on the wire in lower case. Only functions that the user's class or its bases below
 * `Hub` declare: nothing of `Object.prototype`, no accessors, no hooks, no names with `_` or `#`.
 */
export function hubMethods(
  hubName: string,
  prototype: object,
  options: Readonly<Record<string, HubMethodOptions | undefined>>,
): ReadonlyMap<string, HubMethod> {
  const found = new Map<string, HubMethod>();
  const seen = new Set<string>();
  for (
    let level = prototype;
    level !== Hub.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (hooks.has(name) || name.startsWith('_') || name.startsWith('#') || seen.has(name))
        continue;
      seen.add(name); // an override hides what the base declares, whatever it is
      const run: unknown = descriptor.value;
      if (typeof run !== 'function') continue;
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      const wireName = (option?.name ?? name).toLowerCase();
      if (found.has(wireName)) throw new Error(errorTexts.nameTakenTwice(hubName, wireName));
      found.set(wireName, {
        name,
        run: run as HubMethod['run'],
        ...parameters(run.length, option?.arguments),
        authorize: option?.authorize,
        streams: option?.streams ?? generators.some((generator) => generator.isPrototypeOf(run)),
      });
    }
  }
  for (const name of Object.keys(options)) {
    if (!seen.has(name)) throw new Error(errorTexts.unknownMethodOption(hubName, name));
  }
  return found;
}

function parameters(
  declared: number,
  types: readonly ArgumentType[] | undefined,
): Pick<HubMethod, 'argumentCount' | 'argumentSchemas' | 'uploads'> {
  if (types === undefined)
    return { argumentCount: declared, argumentSchemas: undefined, uploads: [] };
  const values = types.filter((type) => !(type instanceof StreamParameter)) as (
    | StandardSchemaV1
    | undefined
  )[];
  const uploads = types.flatMap((type, index) =>
    type instanceof StreamParameter ? [{ index, itemSchema: type.itemSchema }] : [],
  );
  const anyType = values.every((type) => type === undefined);
  return { argumentCount: values.length, argumentSchemas: anyType ? undefined : values, uploads };
}
