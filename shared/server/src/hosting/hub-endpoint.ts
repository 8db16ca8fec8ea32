import { redactTokens } from '../authentication/redact-tokens.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { HubConnection } from '../hubs/connection/hub-connection.ts';
import type { HubDispatcher } from '../hubs/dispatch/hub-dispatcher.ts';
import type { CallLimiter } from '../limits/call-limiter.ts';
import { logMessages } from '../log-messages.ts';
import type { ReadSnapshot } from '../hubs/hand-over/connection-snapshot.ts';
import type { HandOverSettings } from '../hubs/hand-over/departure.ts';
import type { StoredRecord } from '../scale-out/hand-over.ts';
import type {
  Endpoint,
  EndpointConnection,
  HubClient,
  NewConnection,
  RestoredConnection,
} from './endpoint.ts';

/** Returns the endpoint of a hub. `limiter` is undefined if no rate of calls is limited. */
export function hubEndpoint(dispatcher: HubDispatcher, limiter: CallLimiter | undefined): Endpoint {
  return {
    lifetime: dispatcher.lifetime,
    hubName: dispatcher.hubName,
    close: async () => limiter?.close(),
    connect: (connection) =>
      new ServedHubConnection(dispatcher, createConnection(dispatcher, limiter, connection)),
    restore: (connection, snapshot) =>
      restore(dispatcher, createConnection(dispatcher, limiter, connection), snapshot),
  };
}

const createConnection = (
  dispatcher: HubDispatcher,
  limiter: CallLimiter | undefined,
  { context, transport, request, clock, bytesInFlight, onEnded }: NewConnection,
): HubConnection =>
  new HubConnection(
    context,
    transport,
    request,
    dispatcher,
    clock,
    { limiter, bytesInFlight },
    onEnded,
  );

function restore(
  dispatcher: HubDispatcher,
  connection: HubConnection,
  { snapshot, protocol }: ReadSnapshot,
): RestoredConnection {
  const { messages, hasSentPings } = snapshot;
  connection.restore(protocol, messages, hasSentPings);
  return {
    connection,
    served: new ServedHubConnection(dispatcher, connection),
    activate: (tail) => connection.activate(protocol, messages.messages.length, tail),
    end: () => connection.endDeparture(false),
  };
}

/** A hub connection, as the hosting sees it. */
class ServedHubConnection implements EndpointConnection {
  readonly #dispatcher: HubDispatcher;
  readonly #connection: HubConnection;

  constructor(dispatcher: HubDispatcher, connection: HubConnection) {
    this.#dispatcher = dispatcher;
    this.#connection = connection;
  }

  get transportEvents(): TransportEvents {
    return this.#connection.transportEvents;
  }

  get client(): HubClient {
    return this.#connection;
  }

  setUser(user: ClaimsPrincipal | undefined): void {
    this.#connection.callerContext.user = user;
  }

  onAuthenticationRefreshed(): void {
    // If the connected hook has not run yet, that hook sees the ticket.
    if (!this.#connection.hasJoined) return;
    const { hubName, options } = this.#dispatcher;
    const { request } = this.#connection.callerContext;
    this.#dispatcher.hooks
      .run(this.#connection, 'onAuthenticationRefreshed')
      .catch((error: unknown) => {
        const message = logMessages.refreshedHookFailed(hubName);
        options.logger.error(message, redactTokens(error, request));
      });
  }

  onHeartbeat(now: number): void {
    this.#connection.onHeartbeat(now);
  }

  shutdown(): void {
    this.#connection.shutdown();
  }

  handOver(settings: HandOverSettings): Promise<StoredRecord | undefined> {
    return this.#connection.handOver(settings);
  }
}
