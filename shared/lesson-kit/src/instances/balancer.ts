import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { createProxyServer } from 'http-proxy-3';
import { endSocket } from '@practical-signalr/server/transports';
import { errors } from '../errors.ts';
import { type BalancerRule, InstanceChoice } from './balancer-rule.ts';
import type { Instance } from './instance.ts';
import { servedBy } from './served-by.ts';

/** The options of {@link createBalancer}. */
export interface BalancerOptions {
  /** These paths and all below them go to the instances. All other requests are for the page. */
  readonly paths: readonly string[];
  /** Returns the running instances. It may wait for instances that are starting. */
  readonly instances: () => Promise<readonly Instance[]>;
  /** Default: `sticky`. */
  readonly rule?: BalancerRule;
}

/** A balancer in front of several instances. */
export interface Balancer {
  /** Handles the requests of the server's express app. */
  readonly handler: RequestHandler;
  /** Whether all requests of a connection go to the same instance. Can be changed at any time. */
  rule: BalancerRule;
  /** Returns the number of WebSockets that are open to an instance. */
  webSockets(instance: Instance): number;
}

/** The maximum number of characters of a negotiate response. */
const MAX_NEGOTIATE_LENGTH = 10_000;

/**
 * Forwards requests and WebSockets to instances, and names the instance in the header `x-instance`.
 * The proxying is done by http-proxy-3.
 * @example
 * const instances = () => group.ready();
 * const balancer = createBalancer(server, { paths: ['/messages'], instances });
 * app.use(balancer.handler);
 */
export function createBalancer(server: Server, options: BalancerOptions): Balancer {
  const { paths, instances, rule = 'sticky' } = options;
  const proxy = createProxyServer({ xfwd: true });
  proxy.on('error', () => undefined); // the client may hang up before the response arrives
  const openWebSockets = new Map<string, number>();
  const webSockets = ({ name }: Instance): number => openWebSockets.get(name) ?? 0;
  const choice = new InstanceChoice(rule, webSockets);
  const isOurs = ({ url = '/' }: IncomingMessage): boolean => {
    const [path = ''] = url.split('?');
    return paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  };
  const choose = async (request: IncomingMessage): Promise<Instance> => {
    const instance = choice.choose(request.url ?? '/', await instances());
    servedBy.set(request, instance.name);
    return instance;
  };

  proxy.on('proxyRes', (response: IncomingMessage, request: IncomingMessage) => {
    const name = servedBy.get(request);
    if (name === undefined || !/\/negotiate(\?|$)/.test(request.url ?? '')) return;
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(0, MAX_NEGOTIATE_LENGTH);
      const [, token] = /"connectionToken":"([^"]+)"/.exec(text) ?? [];
      if (token !== undefined) choice.remember(token, name);
    });
  });

  server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isOurs(request)) return;
    socket.on('error', () => undefined);
    try {
      const { url: target, name } = await choose(request);
      if (socket.destroyed) return;
      openWebSockets.set(name, (openWebSockets.get(name) ?? 0) + 1);
      socket.once('close', () => openWebSockets.set(name, (openWebSockets.get(name) ?? 0) - 1));
      // The proxy pauses the client when the instance has closed, so its end would not be noticed.
      socket.once('finish', () => {
        socket.on('pause', () => socket.resume());
        endSocket(socket);
      });
      const { bytesWritten } = socket as Socket;
      proxy.ws(request, socket, head, { target }, () => {
        // After the upgrade, the bytes of an HTTP response would be read as a broken frame.
        if ((socket as Socket).bytesWritten > bytesWritten) socket.destroy();
        else endSocket(socket, 'HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
    } catch {
      endSocket(socket, 'HTTP/1.1 503 Service Unavailable\r\n\r\n');
    }
  });

  return {
    webSockets,
    get rule() {
      return choice.rule;
    },
    set rule(changed) {
      choice.rule = changed;
    },
    async handler(request, response, next) {
      if (!isOurs(request)) return next();
      try {
        const { url: target, name } = await choose(request);
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
