import { plainText } from '../connections/http-answer.ts';
import { LongPollingTransport, noCache } from './long-polling.ts';
import {
  acceptsEventStream,
  preventCompression,
  ServerSentEventsTransport,
} from './server-sent-events.ts';
import type { TransportDefinition } from './transport-definition.ts';
import { asksForWebSocket } from './web-socket/serve-without-upgrade.ts';
import { createWebSocketUpgrader } from './web-socket-upgrade.ts';

/**
 * All transports, in the order in which negotiation offers them. A request is served by the first
 * transport that accepts it. Long Polling accepts every GET, so it is the last one.
 * To add a transport, add an entry here: the rest of the server, and the type
 * {@link TransportName}, follow from it.
 * Source of the transfer formats: TransportProtocols.md of ASP.NET Core.
 */
export const transportRegistry = [
  {
    name: 'WebSockets',
    flag: 1,
    transferFormats: ['Text', 'Binary'],
    needsUpgrade: true,
    accepts: (request) => asksForWebSocket(request) && request.method === 'GET',
    upgrade: createWebSocketUpgrader(),
  },
  {
    name: 'ServerSentEvents',
    flag: 2,
    transferFormats: ['Text'],
    needsUpgrade: false,
    accepts: acceptsEventStream,
    canBeDeleted: false,
    refusalHeaders: plainText,
    create({ request, response, posts, batcher, sendLimits, onTooSlow }) {
      preventCompression(request);
      return new ServerSentEventsTransport(response, posts, batcher, sendLimits, onTooSlow);
    },
  },
  {
    name: 'LongPolling',
    flag: 4,
    transferFormats: ['Text', 'Binary'],
    needsUpgrade: false,
    accepts: () => true,
    canBeDeleted: true,
    refusalHeaders: { ...plainText, ...noCache },
    create: ({ posts, pollTimes, batcher, sendLimits, onTooSlow }) =>
      new LongPollingTransport(posts, pollTimes, batcher, sendLimits, onTooSlow),
  },
] as const satisfies readonly TransportDefinition[];

/** The names of the transports in negotiate responses. Source: `HttpTransportType`. */
export type TransportName = (typeof transportRegistry)[number]['name'];
