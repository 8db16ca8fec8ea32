import { errors } from '../errors.ts';

/**
 * The maximum number of levels of a value, as in System.Text.Json. A deeper value is an attack or a
 * mistake.
 */
export const MAXIMUM_DEPTH = 64;

/**
 * Makes a parsed JSON value harmless: refuses values that are nested deeper than 64 levels, and
 * removes members called `__proto__`, which an assignment or a merge in user code would turn into a
 * new prototype. Visits each value once, without recursion. `outerDepth` is the number of levels
 * around the value.
 */
export function makeHarmless(value: unknown, outerDepth: number): void {
  if (typeof value !== 'object' || value === null) return;
  let level: object[] = [value];
  for (let depth = outerDepth + 1; level.length > 0; depth++) {
    if (depth > MAXIMUM_DEPTH) throw errors.jsonTooDeep(MAXIMUM_DEPTH);
    const next: object[] = [];
    for (const item of level) {
      if (Array.isArray(item)) {
        for (const element of item as unknown[])
          if (typeof element === 'object' && element !== null) next.push(element);
        continue;
      }
      const members = item as Record<string, unknown>;
      if (Object.hasOwn(members, '__proto__')) delete members['__proto__'];
      for (const name in members) {
        const member = members[name];
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
}
