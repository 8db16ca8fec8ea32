import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { AuthenticateResult } from './authentication-handler.ts';
import { requestUser, type RequestUserOptions, type UpgradeMiddleware } from './request-user.ts';

type Next = (error?: unknown) => void;

/** A middleware whose parameters have types. */
const middleware = (run: (request: object, response: ServerResponse, next: Next) => unknown) =>
  run as unknown as UpgradeMiddleware;
const pass = middleware((_request, _response, next) => next());

/** Authenticates an upgrade, and returns the result, its request, and what was sent. */
async function upgrade(options: RequestUserOptions<IncomingMessage>): Promise<{
  readonly result: AuthenticateResult;
  readonly request: IncomingMessage;
  readonly sent: string;
  readonly socket: PassThrough;
}> {
  const http1 = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 };
  const request = Object.assign(new IncomingMessage(new Socket()), http1);
  const socket = new PassThrough();
  const context = { request: {} as never, httpRequest: request, socket };
  const result = await requestUser(options).authenticate(context);
  return { result, request, sent: String(socket.read() ?? ''), socket };
}

test('all middleware runs in order, and then the user is read', async () => {
  const order: string[] = [];
  const named = (name: string): UpgradeMiddleware =>
    middleware((_request, _response, next) => {
      order.push(name);
      setImmediate(next, name === 'null' ? null : undefined);
    });
  const user = { sub: 'ada' };
  const { result, sent } = await upgrade({
    middleware: [named('a'), named('null'), named('b')],
    user: () => {
      order.push('user');
      return user;
    },
    expiresAt: () => 7,
  });
  expect(result).toEqual({ ticket: { user, expiresAt: 7 } });
  expect([order, sent]).toEqual([['a', 'null', 'b', 'user'], '']);
});

test.each([undefined, null])('the user %s is no user', async (user) => {
  expect((await upgrade({ middleware: [pass], user: () => user })).result).toEqual({});
});

test('a middleware that answers ends the upgrade, and no other one runs', async () => {
  const answer = middleware((_request, response) => response.writeHead(402).end('pay'));
  const never = middleware(() => expect.unreachable());
  const { result, sent } = await upgrade({ middleware: [answer, never], user: () => ({}) });
  expect(result).toEqual({ handled: true });
  expect(sent).toMatch(/^HTTP\/1\.1 402 [^]*\r\nConnection: close\r\n[^]*pay/);
});

test.each([
  [{ status: 400 }, 400],
  [{ statusCode: 499 }, 499],
  [{ status: 401, statusCode: 500 }, 401],
])('an error with %o answers with its status', async (properties, status) => {
  const error = Object.assign(new Error('refused'), properties);
  const fail = middleware((_request, _response, next) => next(error));
  const { result, sent } = await upgrade({ middleware: [pass, fail] });
  expect([result, sent.slice(0, 12)]).toEqual([{ handled: true }, `HTTP/1.1 ${status}`]);
});

test.each<unknown>([
  Object.assign(new Error('broke'), { status: 399 }),
  Object.assign(new Error('broke'), { status: 500 }),
  Object.assign(new Error('broke'), { status: '404' }),
  new Error('broke'),
  'broke',
  false,
])('the error %o is passed on, and nothing is sent', async (error) => {
  const socket = new PassThrough();
  const httpRequest = new IncomingMessage(new Socket());
  const fail = middleware((_request, _response, next) => next(error));
  const handler = requestUser({ middleware: [fail] });
  const failing = handler.authenticate({ request: {} as never, httpRequest, socket });
  await expect(failing).rejects.toBe(error);
  expect(socket.read()).toBeNull();
});

test('a middleware that rejects without an error is an error', async () => {
  const socket = new PassThrough();
  const httpRequest = new IncomingMessage(new Socket());
  const fail = middleware(() => Promise.reject(undefined));
  const handler = requestUser({ middleware: [fail] });
  const failing = handler.authenticate({ request: {} as never, httpRequest, socket });
  await expect(failing).rejects.toBeUndefined();
});

test('an error after the headers is passed on, although it has a status', async () => {
  const error = Object.assign(new Error('broke'), { status: 404 });
  const fail = middleware((_request, response, next) => {
    response.writeHead(200).write('a');
    next(error);
  });
  await expect(upgrade({ middleware: [fail] })).rejects.toBe(error);
});

test('the response leaves the socket, whatever the middleware does', async () => {
  const responses: ServerResponse[] = [];
  const keep = middleware((_request, response, next) => {
    responses.push(response);
    next();
  });
  await upgrade({ middleware: [keep] });
  expect(responses[0]?.socket).toBeNull();
});

test('requests and responses of an upgrade get the methods of the app', async () => {
  const app = { request: { get: 1 }, response: Object.create(ServerResponse.prototype) as object };
  const seen: object[] = [];
  const look = middleware((request, response, next) => {
    seen.push(request, response);
    next();
  });
  const { request } = await upgrade({ app, middleware: [look] });
  const [, response] = seen as [object, ServerResponse & { locals: object }];
  expect(request).toMatchObject({ res: response });
  expect([Object.getPrototypeOf(request), Object.getPrototypeOf(response)]).toEqual([
    app.request,
    app.response,
  ]);
  expect(response.req).toBe(request);
  expect(response.locals).toEqual({});
});

test('a request of another transport has passed the app already', async () => {
  const httpRequest = Object.assign(new IncomingMessage(new Socket()), { user: { id: 1 } });
  const never = middleware(() => expect.unreachable());
  const handler = requestUser({ middleware: [never] });
  const context = { request: {} as never, httpRequest, socket: undefined };
  expect(await handler.authenticate(context)).toEqual({ ticket: { user: { id: 1 } } });
});
