import { redactTokens } from '../authentication/redact-tokens.ts';
import { HubConnection } from '../hubs/connection/hub-connection.ts';
import type { HubDispatcher } from '../hubs/dispatch/hub-dispatcher.ts';
import type { CallLimiter } from '../limits/call-limiter.ts';
import { logMessages } from '../log-messages.ts';
import type { Endpoint, EndpointConnection, NewConnection } from './endpoint.ts';

/** Returns the endpoint of a hub. `limiter` is undefined if no rate of calls is limited. */
export function hubEndpoint(dispatcher: HubDispatcher, limiter: CallLimiter | undefined): Endpoint {
  return {
    lifetime: dispatcher.lifetime,
    connect: (connection) => connectToHub(dispatcher, limiter, connection),
  };
}

function connectToHub(
  dispatcher: HubDispatcher,
  limiter: CallLimiter | undefined,
  { context, transport, request, clock, onEnded }: NewConnection,
): EndpointConnection {
  const connection: HubConnection = new HubConnection(
    context,
    transport,
    request,
    dispatcher,
    clock,
    limiter,
    onEnded,
  );
  return {
    transportEvents: connection.transportEvents,
    setUser(user) {
      connection.callerContext.user = user;
    },
    // If the connected hook has not run yet, that hook sees the ticket.
    onAuthenticationRefreshed() {
      if (!connection.hasJoined) return;
      dispatcher.runAuthenticationRefreshedHook(connection).catch((error: unknown) => {
        const { hubName, options } = dispatcher;
        const message = logMessages.refreshedHookFailed(hubName);
        options.logger.error(message, redactTokens(error, connection.callerContext.request));
      });
    },
    onHeartbeat: (now) => connection.onHeartbeat(now),
    shutdown: () => connection.shutdown(),
  };
}
