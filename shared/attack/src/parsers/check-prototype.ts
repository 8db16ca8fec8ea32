/** Throws if an input has changed the prototype of all objects, or of a value in it. */
export function checkPrototype(value: unknown): void {
  if (Object.keys(Object.prototype).length > 0)
    throw new Error('Object.prototype has been changed.');
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) throw new Error("A value has the key '__proto__'.");
    const prototype: unknown = Object.getPrototypeOf(next);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (!isPlain && Object.getPrototypeOf(prototype as object) === Object.prototype) {
      // Arrays, dates and bytes have the prototype of their class, which must be a function's.
      const { constructor } = prototype as { constructor?: unknown };
      if (typeof constructor !== 'function') throw new Error('A value has a foreign prototype.');
    }
    for (const item of Object.values(next)) if (typeof item === 'object') open.push(item);
  }
}
