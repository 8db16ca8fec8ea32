import type { WebSocket } from 'ws';
import { type ServiceMessage, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { EmulatedService } from '../emulated-service.ts';
import { logMessages } from '../log-messages.ts';
import { handleServerMessage } from './server-messages.ts';
import { ServerConnection } from './server-connection.ts';

/**
 * How long the invocation of a client takes at least, in ms. Microsoft's SDK for .NET sends an
 * invocation before it registers it, and loses a result that arrives between the two. Without this
 * delay, a client on the same machine is fast enough for that.
 */
const INVOCATION_DELAY = 50;

/** Accepts a server connection, and adds it to its hub after the handshake. */
export function acceptServer(
  service: EmulatedService,
  hubName: string,
  webSocket: WebSocket,
  serverId: string,
  id: string | null,
): void {
  const { pingInterval } = service.options;
  const connection = new ServerConnection(webSocket, serverId, id ?? '', pingInterval, {
    onOpen() {
      service.hub(hubName).servers.add(connection);
      service.log(logMessages.serverConnected(serverId, hubName));
    },
    onMessage(message) {
      const handle = (): void => {
        const hub = service.hubs.get(hubName);
        if (hub?.servers.has(connection) !== true) return;
        try {
          handleServerMessage(service, hub, connection, message);
        } catch (error) {
          service.log(logMessages.serverMessageFailed(serverId, (error as Error).message));
          connection.drop();
        }
      };
      const isInvocation = message.type === ServiceMessageType.ClientInvocation;
      service.latency.add(sizeOf(message), handle, isInvocation ? INVOCATION_DELAY : 0);
    },
    onClosed(wasOpen) {
      if (!wasOpen || service.ended.aborted) return;
      // After the messages that the server sent before.
      service.latency.add(0, () => {
        const hub = service.hub(hubName);
        hub.onServerDisconnected(connection);
        service.log(logMessages.serverDisconnected(serverId, hubName));
        service.sweepHub(hub);
      });
    },
  });
}

/** Returns the approximate size of a message in memory, in bytes. */
function sizeOf(message: ServiceMessage): number {
  if ('payload' in message) return message.payload?.length ?? 0;
  if (!('payloads' in message)) return 0;
  let size = 0;
  for (const payload of message.payloads.values()) size += payload.length;
  return size;
}
