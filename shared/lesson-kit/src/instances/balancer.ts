import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { createProxyServer } from 'http-proxy-3';
import { errors } from '../errors.ts';
import type { Instance } from './instance.ts';
import { servedBy } from './served-by.ts';

/** What a balancer needs to know. */
export interface BalancerOptions {
  /** What goes to the instances: these paths and all below. The rest is the page's. */
  readonly paths: readonly string[];
  /** Names the instance for a request; may wait for one that starts. */
  readonly choose: (request: IncomingMessage) => Instance | Promise<Instance>;
}

/** A balancer in front of instances. */
export interface Balancer {
  /** To be used by the express app of the server. */
  readonly handler: RequestHandler;
  /** WebSockets that are open to an instance. */
  webSockets(instance: Instance): number;
}

/**
 * Hands requests and WebSockets on to instances, and says in the header `x-instance` who has answered. The proxying is http-proxy-3's:
 * kept up, with WebSockets, no further wishes; its version 1 is the last for Node 20.
 * @example
 * const balancer = createBalancer(server, { paths: ['/messages'], choose: () => instances[turn++ % instances.length] });
 * app.use(balancer.handler);
 */
export function createBalancer(server: Server, { paths, choose }: BalancerOptions): Balancer {
  const proxy = createProxyServer({ xfwd: true });
  proxy.on('error', () => undefined); // a client that has gone before its answer came
  const open = new Map<string, number>();
  const ours = ({ url = '/' }: IncomingMessage): boolean => {
    const [path = ''] = url.split('?');
    return paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  };
  const chosen = async (request: IncomingMessage): Promise<Instance> => {
    const instance = await choose(request);
    servedBy.set(request, instance.name);
    return instance;
  };

  server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!ours(request)) return;
    socket.on('error', () => undefined);
    try {
      const { url: target, name } = await chosen(request);
      if (socket.destroyed) return;
      open.set(name, (open.get(name) ?? 0) + 1);
      socket.once('close', () => open.set(name, (open.get(name) ?? 0) - 1));
      proxy.ws(request, socket, head, { target }, () =>
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
      );
    } catch {
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    }
  });

  return {
    webSockets: ({ name }) => open.get(name) ?? 0,
    async handler(request, response, next) {
      if (!ours(request)) return next();
      try {
        const { url: target, name } = await chosen(request);
        response.set('x-instance', name);
        proxy.web(request, response, { target }, () => {
          if (response.headersSent) response.destroy();
          else response.status(502).send(errors.instanceSilent(name).message);
        });
      } catch (error) {
        response.status(503).send((error as Error).message);
      }
    },
  };
}
