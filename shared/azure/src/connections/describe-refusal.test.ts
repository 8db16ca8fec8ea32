import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { logMessages } from '../log-messages.ts';
import { describeRefusal } from './describe-refusal.ts';

const describe = (statusCode: number, date?: Date): string =>
  describeRefusal('east', {
    statusCode,
    headers: date === undefined ? {} : { date: date.toUTCString() },
  } as IncomingMessage);
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

test('a refused token is explained by the clocks if they differ by more than five minutes', () => {
  expect(describe(401, minutesAgo(60))).toBe(logMessages.clockDiffers(60));
  expect(describe(401, minutesAgo(-60))).toBe(logMessages.clockDiffers(-60));
  expect(describe(401, minutesAgo(4))).toBe(logMessages.refused('east', 401));
});

test('another refusal, or one without a date, is reported with its status', () => {
  expect(describe(401)).toBe(logMessages.refused('east', 401));
  expect(describe(429, minutesAgo(60))).toBe(logMessages.refused('east', 429));
});
