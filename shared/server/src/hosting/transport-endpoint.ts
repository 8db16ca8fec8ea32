import { wireMessages } from '../wire-messages.ts';
import { type HttpTransportHost, serveHttpTransport } from '../transports/http-transports.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import type { HubExchange } from './hub-exchange.ts';

/**
 * Answers the requests of the HTTP transports (Server-Sent Events, Long Polling) to the path of a
 * hub.
 */
export function answerTransport(exchange: HubExchange, batcher: WriteBatcher): Promise<void> {
  const { hub, request, response, details, ticket } = exchange;
  const { disconnectTimeout, logger, longPolling, transportMaxBufferSize } = hub.options;
  const host: HttpTransportHost = {
    batcher,
    sendLimits: hub.sendLimits,
    pollTimes: { pollTimeout: longPolling.pollTimeout, disconnectTimeout },
    maximumEarlyBytes: transportMaxBufferSize,
    find: (token) => hub.connections.find(token),
    refuseGet({ isOpened }, { name }) {
      if (!hub.offers(name)) {
        return { status: 404, message: wireMessages.transportNotSupported(name) };
      }
      if (isOpened) return undefined;
      if (hub.isClosing) return { status: 503, message: wireMessages.serverClosing };
      if (hub.connections.isFull) return { status: 503, message: wireMessages.tooManyTokens };
      return hub.refuseConnection(details, ticket);
    },
    refusePost: (connection) =>
      connection.isOpened || hub.connections.keep(connection)
        ? undefined
        : { status: 503, message: wireMessages.tooManyEarlyPosts },
    open(connection, transport, { transferFormats }) {
      // Only the server that negotiated serves this transport, so the client does not wait.
      hub.handOver?.useToken(connection.connectionToken).catch(() => undefined);
      return hub.open(connection, transport, transferFormats, details, ticket);
    },
    onTooSlow: (connection) => hub.reportSlowReceiver(connection),
    onUnreadablePost: () => logger.error(wireMessages.bodyAlreadyRead),
  };
  return serveHttpTransport(request, response, details.query.get('id'), host);
}
