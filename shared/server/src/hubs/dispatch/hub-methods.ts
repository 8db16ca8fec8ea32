import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../../authentication/authorization.ts';
import { errors } from '../../errors.ts';
import { Hub } from '../hub.ts';
import type { ArgumentType, HubMethodOptions } from '../hub-method-options.ts';
import { StreamParameter } from '../streams/stream-parameter.ts';

/** An upload parameter of a hub method. */
export interface UploadParameter {
  /** The position among all parameters. */
  readonly index: number;
  readonly itemSchema: StandardSchemaV1 | undefined;
}

/** A hub method that clients can call. */
export interface HubMethod {
  /** The name in the hub class. */
  readonly name: string;
  readonly run: (...args: readonly unknown[]) => unknown;
  /** The number of arguments, without uploads. */
  readonly argumentCount: number;
  /** The schemas of the arguments, without uploads. Undefined if no argument has a schema. */
  readonly argumentSchemas: readonly (StandardSchemaV1 | undefined)[] | undefined;
  readonly uploads: readonly UploadParameter[];
  /** Whether the method returns a stream. */
  readonly streams: boolean;
  readonly authorize: Authorize | undefined;
}

const hooks = new Set([
  'constructor',
  'onConnected',
  'onAuthenticationRefreshed',
  'onDisconnected',
]);
/** The prototypes of generator functions, which are recognized as streaming methods. */
const generatorPrototypes = [
  Object.getPrototypeOf(async function* () {}),
  Object.getPrototypeOf(function* () {}),
] as object[];

/**
 * Returns the methods of a hub class by their lower-case name on the wire. Only functions that the
 * class or its base classes below `Hub` declare can be called: no members of `Object.prototype`, no
 * accessors, no hooks, and no names that start with `_` or `#`.
 */
export function findHubMethods(
  hubName: string,
  prototype: object,
  options: Readonly<Record<string, HubMethodOptions | undefined>>,
): ReadonlyMap<string, HubMethod> {
  const methods = new Map<string, HubMethod>();
  const visitedNames = new Set<string>();
  for (
    let level = prototype;
    level !== Hub.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (hooks.has(name) || name.startsWith('_') || name.startsWith('#') || visitedNames.has(name))
        continue;
      // An override hides the base class's member, even if the override is not a function.
      visitedNames.add(name);
      const run: unknown = descriptor.value;
      if (typeof run !== 'function') continue;
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      const wireName = (option?.name ?? name).toLowerCase();
      if (methods.has(wireName)) throw errors.methodNameInUse(hubName, wireName);
      methods.set(wireName, {
        name,
        run: run as HubMethod['run'],
        ...describeParameters(run.length, option?.arguments),
        authorize: option?.authorize,
        streams:
          option?.streams ?? generatorPrototypes.some((prototype) => prototype.isPrototypeOf(run)),
      });
    }
  }
  for (const name of Object.keys(options)) {
    if (!visitedNames.has(name)) throw errors.unknownMethod(hubName, name);
  }
  return methods;
}

function describeParameters(
  declaredCount: number,
  types: readonly ArgumentType[] | undefined,
): Pick<HubMethod, 'argumentCount' | 'argumentSchemas' | 'uploads'> {
  if (types === undefined)
    return { argumentCount: declaredCount, argumentSchemas: undefined, uploads: [] };
  const values = types.filter((type) => !(type instanceof StreamParameter)) as (
    | StandardSchemaV1
    | undefined
  )[];
  const uploads = types.flatMap((type, index) =>
    type instanceof StreamParameter ? [{ index, itemSchema: type.itemSchema }] : [],
  );
  const hasSchemas = values.some((type) => type !== undefined);
  const argumentSchemas = hasSchemas ? values : undefined;
  return { argumentCount: values.length, argumentSchemas, uploads };
}
