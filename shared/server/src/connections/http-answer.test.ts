import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answer } from './http-answer.ts';

test('an answer of other code is left alone', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.writeHead(503, { 'Retry-After': '1' });
  answer(response, 200, 'late');
  expect([response.statusCode, response.writableEnded]).toEqual([503, false]);
});
