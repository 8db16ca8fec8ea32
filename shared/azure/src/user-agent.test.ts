import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createUserAgent } from './user-agent.ts';

test('the user agent contains the name and the version of package.json', () => {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(file) as { name: string; version: string };
  expect(createUserAgent()).toContain(`${name}/${version} (Node.js ${process.version};`);
});

test.each([
  ['of another package', '../../../package.json'],
  ['missing', '../no-package.json'],
])('the user agent of a bundled app, whose package.json is %s, has no version', (_what, path) => {
  const userAgent = createUserAgent(new URL(path, import.meta.url));
  expect(userAgent).toContain(`@practical-signalr/azure (Node.js ${process.version};`);
});
