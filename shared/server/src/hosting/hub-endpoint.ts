import { redactTokens } from '../authentication/redact-tokens.ts';
import { HubConnection } from '../hubs/connection/hub-connection.ts';
import type { HubDispatcher } from '../hubs/dispatch/hub-dispatcher.ts';
import type { CallLimiter } from '../limits/call-limiter.ts';
import { logMessages } from '../log-messages.ts';
import type { ReadSnapshot } from '../hubs/hand-over/connection-snapshot.ts';
import type {
  Endpoint,
  EndpointConnection,
  NewConnection,
  RestoredConnection,
} from './endpoint.ts';

/** Returns the endpoint of a hub. `limiter` is undefined if no rate of calls is limited. */
export function hubEndpoint(dispatcher: HubDispatcher, limiter: CallLimiter | undefined): Endpoint {
  return {
    lifetime: dispatcher.lifetime,
    hubName: dispatcher.hubName,
    close: async () => limiter?.close(),
    connect: (connection) => serve(dispatcher, createConnection(dispatcher, limiter, connection)),
    restore: (connection, snapshot) =>
      restore(dispatcher, createConnection(dispatcher, limiter, connection), snapshot),
  };
}

const createConnection = (
  dispatcher: HubDispatcher,
  limiter: CallLimiter | undefined,
  { context, transport, request, clock, onEnded }: NewConnection,
): HubConnection =>
  new HubConnection(context, transport, request, dispatcher, clock, limiter, onEnded);

function restore(
  dispatcher: HubDispatcher,
  connection: HubConnection,
  { snapshot, protocol }: ReadSnapshot,
): RestoredConnection {
  const { messages, hasSentPings } = snapshot;
  connection.restore(protocol, messages, hasSentPings);
  return {
    connection,
    served: serve(dispatcher, connection),
    activate: (tail) => connection.activate(protocol, messages.messages.length, tail),
    end: () => connection.endDeparture(false),
  };
}

function serve(dispatcher: HubDispatcher, connection: HubConnection): EndpointConnection {
  return {
    transportEvents: connection.transportEvents,
    setUser(user) {
      connection.callerContext.user = user;
    },
    // If the connected hook has not run yet, that hook sees the ticket.
    onAuthenticationRefreshed() {
      if (!connection.hasJoined) return;
      dispatcher.runHook(connection, 'onAuthenticationRefreshed').catch((error: unknown) => {
        const { hubName, options } = dispatcher;
        const message = logMessages.refreshedHookFailed(hubName);
        options.logger.error(message, redactTokens(error, connection.callerContext.request));
      });
    },
    onHeartbeat: (now) => connection.onHeartbeat(now),
    shutdown: () => connection.shutdown(),
    handOver: (settings) => connection.handOver(settings),
  };
}
