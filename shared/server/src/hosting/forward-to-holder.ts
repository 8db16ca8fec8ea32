import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { IssuedConnection } from '../connections/tokens/token-source.ts';
import type { MappedHub } from './mapped-hub.ts';

/**
 * Passes a request of the HTTP transports to the process that holds its connection. Returns false
 * if this process has to answer.
 */
export function forwardRequestToHolder(
  hub: MappedHub,
  details: ConnectionRequest,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const holder = findOtherHolder(hub, details);
  if (holder === undefined) return false;
  hub.options.forwarder?.forwardRequest(holder.issuer, request, response);
  return true;
}

/**
 * Passes an upgrade request to the process that negotiated, if the client may reconnect there
 * later. Other clients open their WebSocket in this process. Returns false if this process has to
 * answer.
 */
export function forwardUpgradeToHolder(
  hub: MappedHub,
  details: ConnectionRequest,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): boolean {
  const holder = findOtherHolder(hub, details);
  if (holder?.useStatefulReconnect !== true) return false;
  return hub.options.forwarder?.forwardUpgrade(holder.issuer, request, socket, head) === true;
}

/** Returns the content of a request's token if another process issued it. */
function findOtherHolder(
  { connections, options: { forwarder } }: MappedHub,
  { query }: ConnectionRequest,
): IssuedConnection | undefined {
  if (forwarder === undefined) return undefined;
  const token = query.get('id') ?? '';
  if (token === '' || connections.find(token) !== undefined) return undefined;
  const holder = connections.readIssued(token);
  return holder?.issuer === forwarder.issuer ? undefined : holder;
}
