import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { upgradeRequest } from '../testing/fakes/open-web-socket.ts';
import { asksForTransport, findUpgradeTransport } from './find-transport.ts';

test('WebSockets answer upgrade requests that ask for no transport', () => {
  const other = { method: 'GET', headers: { upgrade: 'other' } } as unknown as IncomingMessage;
  expect(asksForTransport(other)).toBe(false);
  expect(findUpgradeTransport(other)?.name).toBe('WebSockets');
  expect(asksForTransport(upgradeRequest())).toBe(true);
  expect(findUpgradeTransport(upgradeRequest())?.name).toBe('WebSockets');
});
