import {
  type HubConnection,
  type HubConnectionBuilder,
  HubConnectionState,
  type IHubProtocol,
  type ILogger,
  JsonHubProtocol,
  LogLevel,
  NullLogger,
} from '@microsoft/signalr';
import {
  POSITION_METHOD,
  REACHED_METHOD,
  RECOVER_METHOD,
  RECOVERY_PARAMETER,
  type RecoveryFailure,
  RESYNC_METHOD,
} from './recovery-messages.ts';
import { RecoveryProtocol } from './recovery-protocol.ts';

/** What a client received after it was connected again. */
export interface RecoveryResult {
  /** Whether the client has received every message that the history covers. */
  readonly recovered: boolean;
  /** Why the client may have missed messages. Undefined if it has not. */
  readonly reason: RecoveryFailure | undefined;
  /** The number of messages that the server replayed. */
  readonly replayed: number;
  /** The groups that the server restored. */
  readonly groups: readonly string[];
}

/** A connection that recovers missed messages. */
export interface RecoveringHubConnection extends HubConnection {
  /**
   * Registers a function that is called after each reconnect, when the missed messages have been
   * passed to the handlers. If `recovered` is false, load the current state from the server. If
   * the function throws, or rejects, the logger of the builder gets the error.
   */
  onrecovered(callback: (result: RecoveryResult) => void): void;
}

/** A builder of the official client that builds a connection with recovery. */
export interface RecoveringHubConnectionBuilder<
  TConnection extends HubConnection = HubConnection,
> extends HubConnectionBuilder {
  /** Creates the connection. It is not started yet. */
  build(): TConnection & RecoveringHubConnection;
}

/**
 * The fields of the builder that its `build` reads. They have been the same since the first version
 * of the client.
 */
interface BuilderFields {
  url?: string;
  protocol?: IHubProtocol;
  logger?: ILogger;
}

/** A callback of an application. It may return a promise. */
type RecoveredCallback = (result: RecoveryResult) => unknown;

/**
 * Lets a connection of `@microsoft/signalr` receive the messages that it missed while it was
 * disconnected, also if its server crashed. The servers need the option `history` of `redis()`.
 * The connection stores the position of the last message. After an automatic reconnect, or a
 * `start` after it was closed, it receives the missed messages before any new one.
 *
 * Call it last, before `build`. The result of `withAuthenticationRefresh` is also a builder.
 * `withRecovery` throws nothing. Without a history, `onrecovered` reports the reason
 * `unsupported`.
 * @example
 * const builder = new HubConnectionBuilder().withUrl('/chat').withAutomaticReconnect();
 * const connection = withRecovery(builder).build();
 * connection.onrecovered(({ recovered }) => recovered || reloadMessages());
 * await connection.start();
 */
export function withRecovery<TConnection extends HubConnection>(
  builder: HubConnectionBuilder & { build(): TConnection },
): RecoveringHubConnectionBuilder<TConnection> {
  const fields = builder as unknown as BuilderFields;
  const build: () => TConnection = builder.build.bind(builder);
  return Object.assign(builder, {
    build: () => {
      const { url, protocol: inner, logger = NullLogger.instance } = fields;
      const protocol = new RecoveryProtocol(inner ?? new JsonHubProtocol());
      fields.protocol = protocol;
      if (url !== undefined) fields.url = addParameter(url);
      try {
        return addRecovery(build(), protocol, logger);
      } finally {
        // The builder may be used again, also if it could not build a connection.
        if (url !== undefined) fields.url = url;
        if (inner === undefined) delete fields.protocol;
        else fields.protocol = inner;
      }
    },
  });
}

/** Adds the parameter with which the server sends positions from the first message on. */
function addParameter(url: string): string {
  const separator = url.includes('?') ? '&' : '?';
  return `${url}${separator}${RECOVERY_PARAMETER}=1`;
}

function addRecovery<TConnection extends HubConnection>(
  connection: TConnection,
  protocol: RecoveryProtocol,
  logger: ILogger,
): TConnection & RecoveringHubConnection {
  const callbacks: RecoveredCallback[] = [];
  const recover = async (isReported: boolean): Promise<void> => {
    try {
      const { session = null, position = null } = protocol;
      await connection.invoke(RECOVER_METHOD, session, position, true);
    } catch {
      // The protocol has read the error, or the connection closed and recovers when it is back.
    }
    const { outcome } = protocol;
    if (outcome === undefined || !isReported) return;
    const { recovered, reason, replayed, groups } = outcome;
    const result = { recovered, reason, replayed, groups };
    for (const callback of callbacks) void report(callback, result, logger);
  };
  connection.on(POSITION_METHOD, () => undefined);
  connection.on(REACHED_METHOD, () => undefined);
  connection.on(RESYNC_METHOD, () => void recover(true));
  connection.onreconnecting(() => protocol.hold());
  connection.onreconnected(() => void recover(true));
  const start = connection.start.bind(connection);
  return Object.assign(connection, {
    start: async () => {
      const isRestart = protocol.session !== undefined;
      if (isRestart && connection.state === HubConnectionState.Disconnected) protocol.hold();
      await start();
      await recover(isRestart);
    },
    onrecovered: (callback: RecoveredCallback) => void callbacks.push(callback),
  });
}

/** Calls a callback. Like those of the official client, it may throw without harm. */
async function report(
  callback: RecoveredCallback,
  result: RecoveryResult,
  logger: ILogger,
): Promise<void> {
  try {
    await callback(result);
  } catch (error) {
    logger.log(LogLevel.Error, `A callback of 'onrecovered' threw '${String(error)}'.`);
  }
}
