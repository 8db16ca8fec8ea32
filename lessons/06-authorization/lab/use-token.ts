import { useConnection } from '@practical-signalr/lesson-kit/client';
import {
  type HubConnection,
  type HubConnectionBuilder,
  HttpTransportType,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';
import { getToken } from './token.ts';

export const WEB_SOCKETS = { transport: HttpTransportType.WebSockets };
export const LONG_POLLING = { transport: HttpTransportType.LongPolling };

/** A connection with a token, what its client has logged, and the tokens that it got. */
export interface ConnectionWithToken {
  readonly connection: HubConnection;
  /** Marks its requests in the access log of the server. */
  readonly attempt: string;
  readonly log: readonly string[];
  readonly tokens: readonly string[];
}

/** How a connection with a token is built. */
interface TokenOptions extends IHttpConnectionOptions {
  /** How long a token of the start is valid; default: 60 s. Later tokens are valid for 60 s. */
  readonly seconds?: number;
  readonly level?: LogLevel;
  readonly configure?: (builder: HubConnectionBuilder) => void;
}

/** Connects with a token, over WebSockets by default, and uses the connection. */
export function useToken(
  url: string,
  use: (used: ConnectionWithToken) => Promise<string>,
  { seconds = 60, level = LogLevel.Information, ...options }: TokenOptions = {},
): Promise<string> {
  const tokens: string[] = [];
  let isStarted = false;
  const attempt = crypto.randomUUID();
  const accessTokenFactory = async (): Promise<string> => {
    const token = await getToken(isStarted ? 60 : seconds);
    tokens.push(token);
    return token;
  };
  return useConnection(
    `${url}?attempt=${attempt}`,
    ({ connection, log }) => {
      isStarted = true;
      return use({ connection, attempt, log, tokens });
    },
    { ...WEB_SOCKETS, accessTokenFactory, level, ...options },
  );
}
