import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { observeUpgrades } from './observe-upgrades.ts';
import { servedBy } from '../instances/served-by.ts';
import { describeRequest, type ObservedRequest } from '../wire/observe/observed-request.ts';

/** The maximum number of requests that are kept. The oldest are removed first. */
const KEPT = 1000;

/**
 * Records every request and every upgrade request to a server with its status, because a browser
 * hides the status of a refused WebSocket from the page. Returns a handler that responds with the
 * journal as JSON (`ObservedRequest[]`). `?since=12` selects the requests after number 12, and
 * `?attempt=a` those with this parameter. The journal contains no tokens: it keeps neither the
 * query nor the value of a header.
 * @param prefixes the paths that are recorded, including all paths below them. Default: all paths.
 * @example app.use('/requests', requestJournal(server, ['/broken', '/fixed']));
 */
export function requestJournal(
  server: Server,
  prefixes: readonly string[] = ['/'],
): RequestHandler {
  const entries: ObservedRequest[] = [];
  const began = performance.now();
  let number = 0;

  const note = (
    { method = 'GET', url = '/', headers }: IncomingMessage,
    upgrade: boolean,
  ): ObservedRequest => {
    const { authorization, accept = '' } = headers;
    const eventStream = accept.includes('text/event-stream');
    const facts = { method, url, authorization, upgrade, eventStream };
    const entry = describeRequest(facts, ++number, performance.now() - began);
    if (!prefixes.some((prefix) => isBelow(entry.path, prefix))) return entry;
    entries.push(entry);
    if (entries.length > KEPT) entries.shift();
    return entry;
  };

  // The first listener, so that the journal does not depend on which listener responds.
  server.prependListener('request', (request, response) => {
    const entry = note(request, false);
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      [entry.status] = args; // an event stream never finishes, so the head is what counts
      noteServer(request, entry);
      return writeHead(...args);
    }) as typeof writeHead;
    response.once('close', () => {
      if (response.headersSent) entry.status ??= response.statusCode;
      else entry.failed = true;
    });
  });
  observeUpgrades(server, (request, socket) => {
    socket.on('error', () => undefined); // a 'close' follows
    const entry = note(request, true);
    onFirstWrite(socket, (head) => {
      entry.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
      noteServer(request, entry);
    });
    socket.once('close', () => {
      if (entry.status === undefined) entry.failed = true;
    });
  });

  return (request, response) => {
    const { since = 0, attempt } = request.query;
    const isRequested = (entry: ObservedRequest): boolean =>
      entry.number > Number(since) && (attempt === undefined || entry.attempt === attempt);
    response.set('cache-control', 'no-store').json(entries.filter(isRequested));
  };
}

function noteServer(request: IncomingMessage, entry: ObservedRequest): void {
  const name = servedBy.get(request);
  if (name !== undefined) entry.servedBy = name;
}

const isBelow = (path: string, prefix: string): boolean =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);

/**
 * Calls `see` with the start of the first data that is written to a socket: the status line of the
 * response to an upgrade request.
 */
function onFirstWrite(socket: Duplex, see: (head: string) => void): void {
  const first = (chunk: unknown): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    Reflect.deleteProperty(socket, 'write'); // the socket's own again
    Reflect.deleteProperty(socket, 'end');
    see(Buffer.from(chunk as Uint8Array).toString('latin1', 0, 20));
  };
  for (const name of ['write', 'end'] as const) {
    const before = socket[name].bind(socket) as (...args: unknown[]) => never;
    socket[name] = (...args: unknown[]) => {
      first(args[0]);
      return before(...args);
    };
  }
}
