import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from './errors.ts';

/** Calls every factory. Their arguments only appear in messages. */
const allErrors = Object.entries(errors).map(([name, create]) => {
  const error = (create as (...args: unknown[]) => Error)('value', ['value'], 'value');
  return { name, error, code: (error as { code?: unknown }).code };
});

test('every error has a code of this package', () => {
  for (const { name, code } of allErrors) expect(code, name).toMatch(/^ERR_SIGNALR_AZURE_[A-Z_]+$/);
});

test('every error has a message that ends with a period', () => {
  for (const { name, error } of allErrors) {
    // The first passes on a reason; for the second, clients receive an empty body.
    if (['serverConnectionFailed', 'ackRefused', 'noClientKey'].includes(name)) continue;
    expect(error.message, name).toMatch(/^[A-Z0-9].*[.?]$/);
  }
});

test('every message says what to do, unless it goes to clients or passes on a reason', () => {
  const passing = ['serverConnectionFailed', 'ackRefused', 'noClientKey'];
  const toClients = ['negotiateNotConnected', 'noEndpointChosen', 'tokenTooLong'];
  const own = allErrors.filter(({ name }) => ![...passing, ...toClients].includes(name));
  // A second sentence, or words that say what is needed.
  const without = own.filter(({ error }) => !/[.?] [A-Z]|must/.test(error.message));
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('the table of error codes in the documentation lists every code, and no other', () => {
  const page = new URL('../../docs/reference/errors.md', import.meta.url);
  const [, table = ''] =
    /\n## Codes of azure\n([^]*?)(?:\n## |$)/.exec(readFileSync(page, 'utf8')) ?? [];
  const rows = [...table.matchAll(/^\| `(ERR_SIGNALR_\w+)` \| .+ \| .+ \|$/gm)];
  const codes = new Set(allErrors.map(({ code }) => code));
  expect(rows.map(([, code]) => String(code)).toSorted()).toEqual(
    [...codes].map(String).toSorted(),
  );
});
