import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Http2SecureServer, Http2Server, Http2ServerRequest } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { asksForTransport } from '../../transports/find-transport.ts';
import type { UpgradeRequest } from '../../transports/transport-definition.ts';
import {
  isServedWithoutUpgrade,
  serveWithoutUpgrade,
} from '../../transports/web-socket/serve-without-upgrade.ts';
import { isWebSocketConnect, translateConnect } from './http2-upgrade.ts';
import { answerAsRequest } from './upgrade-answer.ts';

/**
 * A server that receives upgrade requests. With HTTP/2, it also receives extended CONNECT requests.
 */
export type UpgradeServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/**
 * Who answers an upgrade request that no hub is mapped to, if other code listens to the event
 * `upgrade` of the same server: `'answer'` passes it to the app as an ordinary request immediately,
 * `'ignore'` leaves it to the other listeners. By default, the other listeners have
 * `handshakeTimeout` to answer it, then it is passed to the app.
 */
export type UnmappedUpgrades = 'answer' | 'ignore';

/** Something that serves upgrade requests of an HTTP server. */
export interface UpgradeOwner {
  readonly unmappedUpgrades: UnmappedUpgrades | undefined;
  /** How long other listeners may take to answer an upgrade request, in ms. */
  readonly answerTimeout: number;
  /** Serves an upgrade request and returns true, or returns false without touching the socket. */
  serve(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** The part of a server that all its kinds have in common. */
interface Emitter {
  emit: (this: Emitter, event: string, ...values: unknown[]) => boolean;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
  listenerCount(event: string): number;
}

const servers = new WeakMap<UpgradeServer, ServerUpgrades>();

/** Lets an owner serve upgrade requests of a server. Returns a function that stops this. */
export function serveUpgrades(server: UpgradeServer, owner: UpgradeOwner): () => void {
  let upgrades = servers.get(server);
  if (upgrades === undefined) {
    upgrades = new ServerUpgrades(server as unknown as Emitter);
    servers.set(server, upgrades);
  }
  return upgrades.add(owner);
}

/**
 * The upgrade requests of one HTTP server. Every listener of the event `upgrade` receives every
 * request, and many of them refuse requests that they do not know, for example `ws` with the option
 * `path`. So a request that an owner serves is not emitted at all.
 */
class ServerUpgrades {
  readonly #server: Emitter;
  readonly #owners = new Set<UpgradeOwner>();
  readonly #originalEmit: Emitter['emit'];
  readonly #emit: Emitter['emit'];
  #isInstalled = false;
  readonly #listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    this.#serveUnmapped(request, socket, head);

  constructor(server: Emitter) {
    this.#server = server;
    const originalEmit = server.emit;
    this.#originalEmit = originalEmit;
    const isServed = (event: string, values: unknown[]): boolean => this.#serve(event, values);
    this.#emit = function emit(this: Emitter, event, ...values) {
      return isServed(event, values) || originalEmit.call(this, event, ...values);
    };
  }

  add(owner: UpgradeOwner): () => void {
    if (this.#owners.size === 0) this.#start();
    this.#owners.add(owner);
    return () => {
      if (this.#owners.delete(owner) && this.#owners.size === 0) this.#stop();
    };
  }

  #start(): void {
    if (!this.#isInstalled) this.#server.emit = this.#emit;
    this.#isInstalled = true;
    // Node emits upgrade requests only if there is a listener.
    this.#server.on('upgrade', this.#listener);
  }

  #stop(): void {
    this.#server.off('upgrade', this.#listener);
    // Other code may have replaced the function, too. Then it stays: without owners, it does
    // nothing.
    if (this.#server.emit !== this.#emit) return;
    this.#server.emit = this.#originalEmit;
    this.#isInstalled = false;
  }

  #serve(event: string, values: unknown[]): boolean {
    const upgrade = readUpgrade(event, values);
    if (upgrade === undefined) return false;
    const { request, socket, head } = upgrade;
    if (asksForTransport(request)) {
      for (const owner of this.#owners) if (owner.serve(request, socket, head)) return true;
    }
    if (!isServedWithoutUpgrade(request)) return false;
    serveWithoutUpgrade(this.#server, request, socket, head);
    return true;
  }

  #serveUnmapped(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const owners = [...this.#owners];
    const answer = (): void => {
      if (asksForTransport(request)) answerAsRequest(this.#server, request, socket);
      else serveWithoutUpgrade(this.#server, request, socket, head);
    };
    if (this.#server.listenerCount('upgrade') === 1) {
      answer();
      return;
    }
    if (owners.some(({ unmappedUpgrades }) => unmappedUpgrades === 'ignore')) return;
    if (owners.some(({ unmappedUpgrades }) => unmappedUpgrades === 'answer')) {
      answer();
      return;
    }
    const timeout = Math.min(...owners.map(({ answerTimeout }) => answerTimeout));
    answerIfNobodyDoes(socket, timeout, answer);
  }
}

/** Returns the upgrade request that an event reports: `upgrade`, or `connect` of HTTP/2. */
function readUpgrade(event: string, values: unknown[]): UpgradeRequest | undefined {
  if (event === 'upgrade') {
    const [request, socket, head] = values as [IncomingMessage, Duplex, Buffer];
    return { request, socket, head };
  }
  if (event !== 'connect') return undefined;
  const connect = values[0] as Http2ServerRequest;
  return isWebSocketConnect(connect)
    ? { ...translateConnect(connect), head: Buffer.alloc(0) }
    : undefined;
}

/** Calls `answer` if nothing is written to the socket in time. */
function answerIfNobodyDoes(socket: Duplex, timeout: number, answer: () => void): void {
  const { bytesWritten } = socket as Duplex & { readonly bytesWritten?: number };
  socket.on('error', () => undefined); // Node has removed its own listener
  const timer = setTimeout(() => {
    const written = (socket as Duplex & { readonly bytesWritten?: number }).bytesWritten;
    if (written === bytesWritten && socket.writable) answer();
  }, timeout);
  socket.once('close', () => clearTimeout(timer));
}
