import {
  type HubConnection,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';

/** A connection of its own, and what its client has logged. */
export interface UsedConnection {
  readonly connection: HubConnection;
  /** The messages of the client's log from `level` on. */
  readonly log: string[];
}

/** How the connection is built. */
export interface UseConnectionOptions extends IHttpConnectionOptions {
  /** The lowest level that is kept in `log`; default: `LogLevel.Warning`. */
  readonly level?: LogLevel;
  /** Changes the builder, for example to reconnect automatically. */
  readonly configure?: (builder: HubConnectionBuilder) => void;
  /** Registers handlers before the connection starts. */
  readonly prepare?: (connection: HubConnection) => void;
}

/**
 * Opens a connection, uses it, and stops it. For the attempts of an explained outcome table: no
 * attempt affects another one.
 * @throws whatever `start()` or `use` reject with.
 * @example await useConnection('/lab/messages', ({ connection }) => connection.invoke('Nope'));
 */
export async function useConnection<TResult>(
  url: string,
  use: (used: UsedConnection) => Promise<TResult>,
  { level = LogLevel.Warning, configure, prepare, ...options }: UseConnectionOptions = {},
): Promise<TResult> {
  const log: string[] = [];
  const logger = {
    log(messageLevel: LogLevel, message: string): void {
      if (messageLevel >= level) log.push(message);
    },
  };
  const builder = new HubConnectionBuilder().withUrl(url, { ...options, logger });
  builder.configureLogging(logger);
  configure?.(builder);
  const connection = builder.build();
  prepare?.(connection);
  try {
    await connection.start();
    return await use({ connection, log });
  } finally {
    await connection.stop();
  }
}
