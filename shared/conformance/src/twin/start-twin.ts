import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  JsonHubProtocol,
  MessagePackHubProtocol,
  SignalRServer,
  type SignalRServerOptions,
} from '@practical-signalr/server';
import express from 'express';
import { mapAuthorizedHubs } from './authorized-hubs.ts';
import { type Backplane, backplane } from '../interop/backplane.ts';
import { ChatHub, chatMethods, chatResults } from '../interop/chat-hub.ts';
import { corsPolicy } from './cors-policy.ts';
import { announcements, hubContextEndpoints } from './endpoints.ts';
import * as hubs from './conformance-hub.ts';
import {
  conformanceMethods as methods,
  conformanceResults as clientResults,
} from './conformance-methods.ts';
import { dotnetJson } from './dotnet/json/json-serializer.ts';
import { dotnetMessagePack } from './dotnet/message-pack/message-pack-serializer.ts';
import { KestrelRequest } from './kestrel-request.ts';
import { MessageHub, messageMethods } from './message-hub.ts';

/** A running twin of the recorded server. */
export interface Twin {
  readonly url: string;
  /** Waits until a hub has no connections, and has reported the last one. */
  waitUntilUnused(hubName: string): Promise<void>;
  close(): Promise<void>;
}

const ignore = (): void => undefined;
const silentLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Starts the twin on 127.0.0.1. Port 0 selects a free port. With `joined`, the twin uses a Redis
 * backplane, and `/messages` is the hub of the recorded backplane. `options` adds other server
 * options, for example another scale-out.
 */
export async function startTwin(
  port: number,
  joined?: Backplane,
  options: Pick<SignalRServerOptions, 'scaleOut'> = {},
): Promise<Twin> {
  const json = new JsonHubProtocol({ payloadSerializer: dotnetJson });
  const signalr = new SignalRServer({
    disconnectTimeout: 3000,
    minimumProtocolVersion: 0,
    allowedOrigins: '*', // ASP.NET Core does not check the origin.
    protocols: [json, new MessagePackHubProtocol({ payloadSerializer: dotnetMessagePack })],
    userIdProvider: {
      getUserId: ({ user, request }) =>
        (user?.['sub'] as string | undefined) ?? (request.query.get('user') || undefined),
    },
    logger: silentLogger, // Many scenarios cause errors on purpose.
    ...(joined === undefined ? {} : backplane(joined)),
    ...options,
  });
  signalr.mapHub('/conformance', hubs.ConformanceHub, { methods, clientResults });
  signalr.mapHub('/conformance-detailed', hubs.DetailedHub, {
    methods,
    clientResults,
    enableDetailedErrors: true,
  });
  signalr.mapHub('/small', hubs.SmallHub, {
    methods,
    clientResults,
    maximumReceiveMessageSize: 1024,
  });
  signalr.mapHub('/stateful', hubs.StatefulHub, {
    methods,
    clientResults,
    allowStatefulReconnects: true,
  });
  signalr.mapHub('/stateful-small-buffer', hubs.SmallBufferHub, {
    methods,
    clientResults,
    allowStatefulReconnects: true,
    statefulReconnectBufferSize: 512,
  });
  signalr.mapHub('/parallel', hubs.ParallelHub, {
    methods,
    clientResults,
    maximumParallelInvocationsPerClient: 4,
  });
  signalr.mapHub('/json-only', hubs.JsonOnlyHub, { methods, clientResults, protocols: [json] });
  const delivery = signalr.mapHub('/delivery', hubs.DeliveryHub, {
    methods,
    clientResults,
    maximumParallelInvocationsPerClient: 4,
  });
  const fast = {
    handshakeTimeout: 600,
    keepAliveInterval: 500,
    clientTimeoutInterval: 1500,
    longPolling: { pollTimeout: 500 },
  };
  signalr.mapHub('/fast-timeouts', hubs.FastHub, { methods, clientResults, ...fast });
  signalr.mapHub('/ws-only', hubs.ConformanceHub, {
    methods,
    clientResults,
    transports: ['WebSockets'],
  });
  signalr.mapHub('/sse-lp', hubs.ConformanceHub, {
    methods,
    clientResults,
    transports: ['ServerSentEvents', 'LongPolling'],
  });
  signalr.mapHub('/min-version-1', hubs.ConformanceHub, {
    methods,
    clientResults,
    minimumProtocolVersion: 1,
  });
  signalr.mapHub('/cors', hubs.ConformanceHub, { methods, clientResults });
  mapAuthorizedHubs(signalr);
  const messages =
    joined === undefined
      ? signalr.mapHub('/messages', MessageHub, {
          methods: messageMethods,
        })
      : signalr.mapHub('/messages', ChatHub, {
          methods: chatMethods,
          clientResults: chatResults,
          enableDetailedErrors: true,
        });

  const app = express();
  app.disable('x-powered-by');
  app.use(corsPolicy());
  app.use(signalr.router());
  app.get('/', (_request, response) => response.type('text/plain').send('reference server'));
  app.use('/announcement', announcements(messages));
  app.use('/hubcontext', hubContextEndpoints(delivery));
  app.use((_request, response) => response.status(404).end());

  const server = createServer({ IncomingMessage: KestrelRequest }, app);
  server.keepAliveTimeout = 130_000; // as ASP.NET Core
  signalr.attach(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async waitUntilUnused(hubName) {
      const connections = (): unknown => signalr.health().entries[hubName]?.data?.['connections'];
      while (connections() !== 0) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async close() {
      await signalr.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
