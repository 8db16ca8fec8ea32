import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
// @ts-expect-error koa has no types of its own.
import koa from 'koa';
import { afterEach, expect, test } from 'vitest';
import { Hub, SignalRServer } from '../index.ts';
import { closeAll, closeLater, hostTransports, listen, talk } from '../testing/host-suite.ts';

afterEach(closeAll);

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond: boolean;
  body: unknown;
}

/** The part of koa that this test uses. */
type Koa = new () => {
  use(middleware: (context: KoaContext, next: () => Promise<void>) => unknown): void;
  callback(): RequestListener;
};

test.each(hostTransports)('with Koa: %s', async (transport) => {
  const signalr = new SignalRServer();
  signalr.mapHub('/chat', ChatHub, { methods: ['echo'] });
  closeLater(() => signalr.close());
  const app = new (koa as unknown as Koa)();
  const handle = signalr.router();
  app.use(
    (context, next) =>
      new Promise<void>((resolve, reject) => {
        context.respond = false;
        context.res.on('close', resolve);
        handle(context.req, context.res, () => {
          context.respond = true;
          next().then(resolve, reject);
        });
      }),
  );
  app.use((context) => {
    context.body = 'home';
  });
  const server = createServer(app.callback());
  signalr.attach(server);
  const url = await listen(server);
  await talk(`${url}/chat`, transport);
  expect(await (await fetch(url)).text()).toBe('home');
});
