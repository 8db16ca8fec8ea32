import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AzureSignalROptions, resolveAzureOptions } from './azure-options.ts';
import { logMessages } from './log-messages.ts';
import { wireMessages } from './wire-messages.ts';

const read = (page: string): string =>
  readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
const options = new Map(
  [...read('reference/azure-options.md').matchAll(/^\| `([a-z]\w+)` \|.*\| (.*) \|$/gm)].map(
    ([, name, value]) => [name as string, value as string],
  ),
);

test('the table of options names every option, and no other', () => {
  // A name too many or too few here does not compile.
  const names: Record<keyof AzureSignalROptions, true> = {
    connectionString: true,
    endpoints: true,
    router: true,
    applicationName: true,
    initialHubServerConnectionCount: true,
    maxHubServerConnectionCount: true,
    serverStickyMode: true,
    accessTokenAlgorithm: true,
    accessTokenLifetime: true,
    claimsProvider: true,
    diagnosticClientFilter: true,
    maxPollInterval: true,
    closeOnAuthenticationExpiration: true,
    allowStatefulReconnects: true,
    migrationLevel: true,
    gracefulShutdown: true,
    serverHandshakeTimeout: true,
    serviceTimeout: true,
    retryDelay: true,
    environment: true,
    logger: true,
  };
  expect([...options.keys()].toSorted()).toEqual(Object.keys(names).toSorted());
});

test('the table of options contains the defaults', () => {
  for (const [name, value] of Object.entries(resolveAzureOptions({}))) {
    if (typeof value === 'string') expect(options.get(name), name).toBe(`\`${value}\``);
    if (typeof value !== 'number') continue;
    expect(options.get(name), name).toBe(
      Number.isFinite(value) ? value.toLocaleString('en') : 'no limit',
    );
  }
});

test('the messages that the documentation quotes are those of the SDK', () => {
  const guide = read('guides/azure.md');
  expect(guide).toContain(wireMessages.notConnected);
  const quoted = 'refused a server connection (401). Check the AccessKey';
  expect(guide).toContain(quoted);
  expect(logMessages.refused('x', 401)).toContain(quoted);
});
