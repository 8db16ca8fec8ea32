import { type HubMessage, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import type { CallLimiter } from '../../limits/call-limiter.ts';
import { call, failure, streamCall } from '../../testing/dispatcher/test-connection.ts';
import { testDispatcher } from '../../testing/dispatcher/test-dispatcher.ts';
import { wireMessages } from '../../wire-messages.ts';
import { Hub } from '../hub.ts';
import { IncomingRate } from './incoming-rate.ts';

class TestHub extends Hub {}

/** Creates the rates of a connection that may send `allowed` messages. */
function createRate(allowed: number, closesConnection = false) {
  const { dispatcher, logger } = testDispatcher(TestHub, {});
  let remaining = allowed;
  const taken: string[] = [];
  const take = (name: string): boolean => {
    taken.push(name);
    return remaining-- > 0;
  };
  const limiter = {
    ratesOf: (...caller: unknown[]) => {
      taken.push(caller.join(' '));
      return { closesConnection, takeCall: take, takeItem: () => take('item') };
    },
  } as unknown as CallLimiter;
  const sent: HubMessage[] = [];
  const ended: unknown[] = [];
  const errors: Error[] = [];
  const connection = {
    connectionId: 'c',
    userIdentifier: 'ada',
    streams: { complete: (...upload: unknown[]) => ended.push(upload) },
    send: (message: HubMessage) => sent.push(message),
    closeWithError: (error: Error) => errors.push(error),
  };
  const rate = new IncomingRate(connection as never, limiter, dispatcher);
  return { rate, logger, taken, sent, ended, errors };
}
const item: HubMessage = { type: MessageType.StreamItem, invocationId: 'u', item: 1 };

test('messages within the rate are admitted, and other messages need no token', () => {
  const { rate, taken, sent, logger } = createRate(3);
  const others: HubMessage[] = [
    { type: MessageType.Ping },
    { type: MessageType.Close },
    { type: MessageType.Completion, invocationId: '1', hasResult: false },
  ];
  const messages = [call('echo'), streamCall('count'), item, ...others];
  expect(messages.map((message) => rate.admit(message))).toEqual(messages.map(() => true));
  expect(taken).toEqual(['c ada', 'echo', 'count', 'item']);
  expect([sent, logger.lines]).toEqual([[], []]);
});

test('a call over the rate fails, and an upload ends with an error. One warning is logged', () => {
  const { rate, sent, ended, errors, logger } = createRate(0);
  expect(rate.admit(call('echo'))).toBe(false);
  expect(rate.admit(streamCall('echo'))).toBe(false);
  expect(rate.admit(call('echo', { invocationId: undefined }))).toBe(false);
  expect(rate.admit(item)).toBe(false);
  const refused = failure(wireMessages.rateExceeded('echo'));
  expect(sent).toEqual([refused, refused]);
  expect(ended).toEqual([['u', wireMessages.itemRateExceeded]]);
  expect(errors).toEqual([]);
  expect(logger.linesOf('warn')).toHaveLength(1);
  expect(logger.lines[0]).toContain('TestHub');
});

test('the connection closes instead if the limit demands it', () => {
  const { rate, sent, ended, errors } = createRate(0, true);
  expect([rate.admit(call('echo')), rate.admit(item)]).toEqual([false, false]);
  expect([sent, ended]).toEqual([[], []]);
  expect(errors).toHaveLength(2);
});
