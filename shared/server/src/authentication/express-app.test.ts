import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { type ExpressApp, findExpressApp, useExpress } from './express-app.ts';

const requestOf = (server: unknown): IncomingMessage =>
  ({ socket: { server } }) as unknown as IncomingMessage;
/** A listener for requests with the properties of an app. */
const listener = (properties: object): (() => void) => Object.assign(() => undefined, properties);

test('the express app is found among the listeners of the server', () => {
  const app = listener({ request: {}, response: {} });
  const server = new EventEmitter()
    .on('request', () => undefined)
    .on('request', listener({ request: {} }))
    .on('request', listener({ response: {} }))
    .on('request', app);
  expect(findExpressApp(requestOf(server))).toBe(app);
});

test('a server may have no express app, and a request no server', () => {
  const server = new EventEmitter().on('request', listener({ request: () => undefined }));
  expect(findExpressApp(requestOf(server))).toBeUndefined();
  expect(findExpressApp(requestOf({}))).toBeUndefined();
  expect(findExpressApp(requestOf(undefined))).toBeUndefined();
});

test('a request and its response get the methods of the app and know each other', () => {
  const app = {
    request: { get: () => 'header' },
    response: { status: () => 'status' },
  } as unknown as ExpressApp;
  const [request, response] = [{}, {}] as [IncomingMessage, ServerResponse];
  useExpress(app, request, response);
  expect(request).toMatchObject({ res: response, get: expect.any(Function) });
  expect(response).toMatchObject({ req: request, locals: {}, status: expect.any(Function) });
  expect(Object.getPrototypeOf((response as unknown as { locals: object }).locals)).toBeNull();
});
