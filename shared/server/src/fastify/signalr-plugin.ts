import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { splitTarget } from '../connections/connection-request.ts';
import type { SignalRServer } from '../hosting/signalr-server.ts';
import { serveUpgrades, type UnmappedUpgrades } from '../hosting/upgrades/server-upgrades.ts';
import { endSocket } from '../transports/web-socket/end-socket.ts';
import { rememberRequest } from './fastify-user.ts';
import { replyResponse } from './reply-response.ts';

/** Options of {@link signalrPlugin}. */
export interface SignalRPluginOptions {
  /** The server whose hubs are served. Map the hubs before Fastify is ready. */
  readonly signalr: SignalRServer;
  /** The same option as that of `attach`. */
  readonly unmappedUpgrades?: UnmappedUpgrades;
}

/** An upgrade request that Fastify routes, and the response that hooks may send. */
interface RoutedUpgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly response: ServerResponse;
}

/**
 * How long other listeners may take to answer an upgrade request that no hub is mapped to, in ms.
 */
const ANSWER_TIMEOUT = 15_000;

/**
 * A plugin for Fastify that serves the hubs of a server. All requests, upgrade requests included,
 * are routed by Fastify: its hooks, decorators, sessions and CORS headers apply. When Fastify
 * closes, it also closes the server. Do not call `router` and `attach`.
 * @example
 * const signalr = new SignalRServer();
 * signalr.mapHub('/chat', ChatHub, { methods: ['say'] });
 * await fastify.register(signalrPlugin, { signalr });
 * await fastify.register(signalrPlugin, { signalr, prefix: '/api' }); // or below a prefix
 */
export async function signalrPlugin(
  fastify: FastifyInstance,
  { signalr, unmappedUpgrades }: SignalRPluginOptions,
): Promise<void> {
  const handle = signalr.router({ handlesUpgrades: true });
  const upgrades = new WeakMap<IncomingMessage, RoutedUpgrade>();
  // Prefixes such as `/` and `/api/` have a slash at the end.
  const prefixLength = fastify.prefix.split('/').filter((segment) => segment !== '').length;
  const prefix = new RegExp(`^(?:/+[^/]+){0,${prefixLength}}`);

  function serve(request: FastifyRequest, reply: FastifyReply): void {
    rememberRequest(request);
    const { raw } = request;
    const upgrade = upgrades.get(raw);
    withoutPrefix(raw, prefix, () => {
      if (upgrade === undefined) {
        handle(raw, replyResponse(reply), () => reply.callNotFound());
        return;
      }
      const { socket, head, response } = upgrade;
      reply.hijack();
      response.detachSocket(socket as Socket);
      if (!signalr.handleUpgrade(raw, socket, head)) socket.destroy();
    });
  }

  // Bodies are read by the server.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const path of signalr.paths) {
    const route = { exposeHeadRoute: false, handler: serve } as const;
    fastify.route({ ...route, method: ['GET', 'POST', 'DELETE'], url: path });
    // The path `/`, and others with a slash at the end, have no second slash before the action.
    const parent = path.replace(/\/$/, '');
    fastify.route({ ...route, method: ['GET', 'POST'], url: `${parent}/negotiate` });
    fastify.route({ ...route, method: ['GET', 'POST'], url: `${parent}/refresh` });
  }

  const stop = serveUpgrades(fastify.server, {
    unmappedUpgrades,
    answerTimeout: ANSWER_TIMEOUT,
    serve(request, socket, head) {
      const isMapped = withoutPrefix(request, prefix, () =>
        signalr.isMapped(splitTarget(request.url ?? '/').path),
      );
      if (!isMapped) return false;
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket as Socket);
      // A hook may answer, for example with 401.
      response.on('finish', () => endSocket(socket));
      socket.on('error', () => undefined);
      upgrades.set(request, { socket, head, response });
      fastify.routing(request, response);
      return true;
    },
  });
  fastify.addHook('preClose', async () => {
    await signalr.close();
    stop();
  });
}

/** Calls a function while the path of a request has no prefix, as if express had mounted it. */
function withoutPrefix<T>(
  request: IncomingMessage & { originalUrl?: string },
  prefix: RegExp,
  call: () => T,
): T {
  const { url = '/', originalUrl } = request;
  const { path, query } = splitTarget(url);
  const relativePath = path.replace(prefix, '') || '/';
  if (relativePath === path) return call();
  request.originalUrl = url;
  request.url = query === '' ? relativePath : `${relativePath}?${query}`;
  try {
    return call();
  } finally {
    request.url = url;
    if (originalUrl === undefined) delete request.originalUrl;
    else request.originalUrl = originalUrl;
  }
}
