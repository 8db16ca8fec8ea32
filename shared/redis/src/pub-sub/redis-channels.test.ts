import { expect, test } from 'vitest';
import { RedisChannels } from './redis-channels.ts';

test('channels have the names of ASP.NET Core, after the prefix', () => {
  const channels = new RedisChannels('app.', 'ChatHub', 'me');
  expect(channels).toMatchObject({
    stem: 'app.ChatHub',
    all: 'app.ChatHub:all',
    groupCommands: 'app.ChatHub:internal:groups',
    serverCommands: 'app.ChatHub:internal:commands',
    serverMessages: 'app.ChatHub:internal:messages',
    historyGaps: 'app.ChatHub:internal:gaps',
    presence: 'app.ChatHub:internal:presence',
    handOver: 'app.ChatHub:internal:hand-over',
    ack: 'app.ChatHub:internal:ack:me',
    returnAddress: 'ChatHub:internal:return:me',
    return: 'app.ChatHub:internal:return:me',
  });
  expect(channels.connection('c')).toBe('app.ChatHub:connection:c');
  expect(channels.group('g')).toBe('app.ChatHub:group:g');
  expect(channels.user('u')).toBe('app.ChatHub:user:u');
  expect(channels.ackOf('other')).toBe('app.ChatHub:internal:ack:other');
  expect(channels.at('X:internal:return:y')).toBe('app.X:internal:return:y');
});
