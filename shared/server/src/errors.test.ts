import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { adminErrors } from './admin/errors.ts';
import { clientErrors } from './client/errors.ts';
import { clusterErrors } from './cluster/errors.ts';
import { errors } from './errors.ts';
import { limitErrors } from './limits/errors.ts';
import { HubError } from './hub-error.ts';
import { NegotiateError } from './scale-out/negotiate-error.ts';
import { TokenError } from './token-error.ts';

type ErrorFactory = (...values: (string | number)[]) => Error & { readonly code: string };

const allErrors = {
  ...errors,
  ...clientErrors,
  ...adminErrors,
  ...limitErrors,
  ...clusterErrors,
};
const factories = Object.entries(allErrors as Record<string, ErrorFactory>);
const createdErrors = factories.map(([, create]) => create('sample', 1));
const source = fileURLToPath(new URL('.', import.meta.url));

test.each(factories)('%s has a code and a message', (_name, create) => {
  const error = create('sample', 1);
  expect(error).toBeInstanceOf(Error);
  expect(error.code).toMatch(/^ERR_SIGNALR_[A-Z0-9_]+$/);
  expect(error.message).not.toBe('');
});

/** A second sentence, or words that say what is needed. */
const cure = /[.?] [A-Z]|must|need|Available/;

test('every message says what to do, unless ASP.NET Core or a client defines it', () => {
  // `wireMessages` are texts of ASP.NET Core. The others pass on a message.
  const forwarding = ['tokenRejected', 'uploadFailed', 'clientResultFailed', 'closedByClient'];
  const own = factories.filter(
    ([name, create]) => !/wireMessages/.test(String(create)) && !forwarding.includes(name),
  );
  expect(own.length).toBeGreaterThan(50);
  const without = own.filter(([, create]) => !cure.test(create('Sample.', 1).message));
  expect(without.map(([name]) => name)).toEqual([]);
});

test('the documentation lists exactly the codes that exist, each with its cause and cure', () => {
  const page = new URL('../../docs/reference/errors.md', import.meta.url);
  const section =
    readFileSync(page, 'utf8').split('\n## Codes of server\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(ERR_\w+)` \| (.+) \| (.+) \|$/gm)];
  const classes = [new HubError('sample'), new NegotiateError('sample'), new TokenError('sample')];
  const codes = new Set([...createdErrors, ...classes].map(({ code }) => code));
  expect(rows.map(([, code]) => code)).toEqual([...codes].toSorted());
});

test('the sources create errors in errors.ts only, so that every error has a code', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !/(\.test|-suite)\.ts$|(^|\/)errors\.ts$/.test(file))
    // Only the tests of this package use it.
    .filter((file) => file !== 'testing/raw-client.ts');
  expect(files.length).toBeGreaterThan(80);
  const offenders = files.filter((file) =>
    readFileSync(source + file, 'utf8')
      .replace(/\/\*\*[\s\S]*?\*\//g, '')
      .match(/\bnew \w*Error\(/),
  );
  expect(offenders).toEqual([]);
});
