import { HttpTransportType, type IHttpConnectionOptions } from '@microsoft/signalr';
import { getToken } from './token.ts';

export const HUBS = ['broken', 'fixed', 'anonymous'] as const;

export const TRANSPORTS: Readonly<Record<string, IHttpConnectionOptions>> = {
  Automatic: {},
  WebSockets: { transport: HttpTransportType.WebSockets },
  'WebSockets, skipNegotiation': { transport: HttpTransportType.WebSockets, skipNegotiation: true },
  'Server-Sent Events': { transport: HttpTransportType.ServerSentEvents },
  'Long Polling': { transport: HttpTransportType.LongPolling },
};

type TokenFactory = (seconds?: number, name?: string) => string | Promise<string>;

/** The course itself uses the token `testing`. */
export const TOKENS: Readonly<Record<string, TokenFactory>> = {
  valid: (seconds, name) => getToken(seconds, name),
  missing: () => '',
  testing: () => 'testing',
  expired: () => getToken(-1),
};
