import { expect, test } from 'vitest';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import { readServerCommand, type ServerCommand, writeServerCommand } from './server-command.ts';

const command: ServerCommand = {
  id: 7,
  serverName: 'server',
  operation: 'closeGroup',
  name: 'room',
  group: '',
  excludedIds: ['c'],
  reason: 'closed for today',
};
const operations = [
  'addUserToGroup',
  'removeUserFromGroup',
  'closeConnection',
  'closeUser',
  'closeGroup',
  'closeAll',
] as const;

test.each(operations)('%s is read as it was written, with and without a reason', (operation) => {
  for (const reason of [undefined, '', 'closed for today']) {
    const written = { ...command, operation, reason };
    const { reason: read, ...others } = readServerCommand(writeServerCommand(written));
    expect([read, others]).toEqual([reason, { ...command, operation, reason: undefined }]);
  }
});

test.each<readonly [what: string, text: string]>([
  ['no JSON', '{'],
  ['a number', '7'],
  ['null', 'null'],
  ['an array', '[]'],
  ['an unknown operation', JSON.stringify({ ...command, operation: 'closeServer' })],
  ...Object.keys(command)
    .filter((field) => field !== 'reason')
    .map((field) => [`no ${field}`, JSON.stringify({ ...command, [field]: undefined })] as const),
  ...[
    { id: '7' },
    { id: 7.5 },
    { id: 2 ** 53 },
    { serverName: 1 },
    { name: 1 },
    { group: null },
    { excludedIds: 'c' },
    { excludedIds: ['c', 1] },
    { reason: null },
    { reason: 1 },
  ].map((wrong) => [JSON.stringify(wrong), JSON.stringify({ ...command, ...wrong })] as const),
])('a message with %s is foreign', (_what, text) => {
  expect(() => readServerCommand(Buffer.from(text))).toThrow(ForeignMessageError);
});
