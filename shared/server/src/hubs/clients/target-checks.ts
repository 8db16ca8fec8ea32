import { errors } from '../../errors.ts';

/** The kinds of names in calls of a hub context. */
export type NameKind = 'group' | 'user' | 'connection' | 'message';

/** Throws if the name of a client method is not a string or is empty: no client can read it. */
export function checkMethodName(method: unknown): void {
  if (!isName(method)) throw errors.methodNameInvalid(format(method));
}

/** Throws if the name of a group, user or connection is not a string or is empty. */
export function checkName(kind: NameKind, name: unknown): void {
  if (!isName(name)) throw errors.targetInvalid(kind, format(name));
}

/** Checks an array of names. */
export function checkNames(kind: NameKind, names: unknown): void {
  if (!Array.isArray(names)) throw errors.targetsInvalid(kind, format(names));
  for (const name of names) checkName(kind, name);
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Returns a short description of a value. Never throws. */
const format = (value: unknown): string =>
  typeof value === 'object' && value !== null ? 'an object' : `'${String(value)}'`;
