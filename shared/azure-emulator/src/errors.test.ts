import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from './errors.ts';

/** Calls every factory. Their arguments only appear in messages. */
const allErrors = Object.entries(errors).map(([name, create]) => {
  const error = (create as (...args: unknown[]) => Error)('value', 'value', 'value');
  return { name, error, code: (error as { code?: unknown }).code };
});

test('every error has a code of this package and a message', () => {
  for (const { name, code, error } of allErrors) {
    expect(code, name).toMatch(/^ERR_SIGNALR_EMULATOR_[A-Z_]+$/);
    expect(error.message, name).toMatch(/^\S.*\.$/);
  }
});

test('the table of error codes in the documentation lists every code, and no other', () => {
  const page = new URL('../../docs/reference/errors.md', import.meta.url);
  const [, table = ''] =
    /\n## Codes of azure-emulator\n([^]*?)(?:\n## |$)/.exec(readFileSync(page, 'utf8')) ?? [];
  const rows = [...table.matchAll(/^\| `(ERR_SIGNALR_\w+)` \| .+ \| .+ \|$/gm)];
  const codes = new Set(allErrors.map(({ code }) => String(code)));
  expect(rows.map(([, code]) => String(code)).toSorted()).toEqual([...codes].toSorted());
});
