import { type HubConnection, HubConnectionBuilder } from '@microsoft/signalr';
import { type DependencyList, useEffect, useMemo, useSyncExternalStore } from 'react';
import { typed, type TypedConnection } from '../client/index.ts';
import { ConnectionLifecycle, type ConnectionStatus } from './connection-lifecycle.ts';

/** The connection of a component, and its status. */
export interface UsedHubConnection<TServer, TClient> extends ConnectionStatus {
  /** The connection with the types of the contract. It is the same object in each render. */
  readonly connection: TypedConnection<TServer, TClient>;
}

/** The options of {@link useHubConnection}. */
export interface UseHubConnectionOptions {
  /** The connection is built again when one of these values changes. Default: never. */
  readonly dependencies?: DependencyList;
  /**
   * How long the hook waits before it starts a connection again that could not start or that closed
   * with an error, in ms. Default: 5,000.
   */
  readonly retryDelay?: number;
}

const NO_DEPENDENCIES: DependencyList = [];
const RETRY_DELAY = 5000;

/**
 * Returns a connection that is started when the component mounts and stopped when it unmounts. The
 * component renders again when the state changes. If the connection cannot start, or closes with an
 * error, the hook starts it again after `retryDelay`. For reconnects without that delay, build it
 * with `withAutomaticReconnect`. While a server renders the page, `state` is `Disconnected`, and no
 * connection is started.
 *
 * `TServer` describes the methods that clients can call, `TClient` those that the server can call.
 * @example
 * const { connection, state } = useHubConnection<ChatServer, ChatClient>(() =>
 *   new HubConnectionBuilder().withUrl('/chat').withAutomaticReconnect().build(),
 * );
 * useHubEvent(connection, 'ReceiveMessage', (message) => setMessages((all) => [...all, message]));
 */
export function useHubConnection<TServer, TClient>(
  build: () => HubConnection,
  { dependencies = NO_DEPENDENCIES, retryDelay = RETRY_DELAY }: UseHubConnectionOptions = {},
): UsedHubConnection<TServer, TClient> {
  const lifecycle = useMemo(
    () => new ConnectionLifecycle(buildForRendering(build), retryDelay),
    dependencies,
  );
  const status = useSyncExternalStore(
    lifecycle.subscribe,
    lifecycle.getStatus,
    lifecycle.getStatus,
  );
  useEffect(() => {
    lifecycle.retryDelay = retryDelay;
  }, [lifecycle, retryDelay]);
  useEffect(() => lifecycle.start(), [lifecycle]);
  const connection = typed<TServer, TClient>(lifecycle.connection);
  return useMemo(() => ({ connection, ...status }), [connection, status]);
}

/**
 * Builds a connection. On a server, the official client cannot resolve the relative URLs of a page.
 * A page that renders there gets a connection that cannot start, and builds its own in the browser.
 */
function buildForRendering(build: () => HubConnection): HubConnection {
  try {
    return build();
  } catch (error) {
    if ('window' in globalThis) throw error;
    const connection = new HubConnectionBuilder().withUrl('http://localhost/').build();
    return Object.assign(connection, { start: () => Promise.reject(error as Error) });
  }
}
