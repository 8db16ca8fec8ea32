import { errors } from '../../errors.ts';
import { checkRateLimit } from '../../limits/client-limits.ts';
import { Hub } from '../hub.ts';
import type { HubMethodOptions } from '../hub-method-options.ts';
import type { HubMethod } from './hub-method.ts';
import { readSignature } from './method-signature.ts';

/**
 * Returns the listed methods of a hub class by their lower-case name on the wire. The list is an
 * allow-list, because types do not exist at run time: private and protected methods look like
 * public ones. Throws if the list is missing or names anything but a method of the class.
 */
export function findHubMethods(
  hubName: string,
  prototype: object,
  list: unknown,
): ReadonlyMap<string, HubMethod> {
  const declared = declaredMethods(prototype);
  const methods = new Map<string, HubMethod>();
  for (const [name, options] of readMethodList(hubName, list, declared)) {
    if (Object.hasOwn(Hub.prototype, name) || name in Object.prototype)
      throw errors.methodReserved(hubName, name);
    const run = declared.get(name);
    if (run === undefined) throw errors.unknownMethod(hubName, name, formatNames(declared));
    const wireName = options.name ?? name;
    const key = wireName.toLowerCase();
    if (methods.has(key)) throw errors.methodNameInUse(hubName, key);
    checkRateLimit(`methods.${name}.rateLimit`, options.rateLimit);
    methods.set(key, {
      name,
      wireName,
      run,
      ...readSignature(hubName, name, run, options),
      authorize: options.authorize,
      rateLimit: options.rateLimit,
    });
  }
  return methods;
}

/** Returns the functions that the class and its base classes below `Hub` declare. */
function declaredMethods(prototype: object): ReadonlyMap<string, HubMethod['run']> {
  const declared = new Map<string, HubMethod['run']>();
  const visitedNames = new Set<string>();
  for (
    let level = prototype;
    level !== Hub.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      // An override hides the base class's member, even if the override is not a function.
      const isHidden = visitedNames.has(name);
      visitedNames.add(name);
      const value: unknown = descriptor.value;
      if (!isHidden && typeof value === 'function') declared.set(name, value as HubMethod['run']);
    }
  }
  return declared;
}

/** Returns the listed names with their options. Accepts both forms of the option `methods`. */
function readMethodList(
  hubName: string,
  list: unknown,
  declared: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, HubMethodOptions> {
  if (typeof list !== 'object' || list === null)
    throw errors.methodsMissing(hubName, formatNames(declared));
  const methods = new Map<string, HubMethodOptions>();
  for (const [key, value] of Object.entries(list as Record<string, unknown>)) {
    const [name, options] = Array.isArray(list) ? [value, {}] : [key, value];
    const isValid = typeof name === 'string' && typeof options === 'object' && options !== null;
    if (!isValid) throw errors.methodsInvalid(hubName, key);
    methods.set(name, options as HubMethodOptions);
  }
  return methods;
}

/** Returns the names that may be listed, as source code. */
const formatNames = (declared: ReadonlyMap<string, unknown>): string =>
  [...declared.keys()]
    .filter((name) => !Object.hasOwn(Hub.prototype, name) && !(name in Object.prototype))
    .map((name) => `'${name}'`)
    .join(', ') || 'none';
