import { JsonHubProtocol, MessagePackHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { spellName } from './spell-name.ts';

const json = { protocol: new JsonHubProtocol() };
const messagePack = { protocol: new MessagePackHubProtocol() };
const method = { wireName: 'Count' };

// All expected names are those of ASP.NET Core.
test.each([
  ['declared', json, { type: 1, target: 'count' }, 'Count'],
  ['declared', json, { type: 4, target: 'count' }, 'Count'],
  ['declared', messagePack, { type: 1, target: 'count' }, 'Count'],
  ['sent with escapes', json, { type: 1, target: 'count', hasEscapedTarget: true }, 'count'],
  ['sent in a binary stream call', messagePack, { type: 4, target: 'count' }, 'count'],
] as const)('errors spell the name as %s', (_name, connection, message, name) => {
  expect(spellName(connection, message, method)).toBe(name);
});
