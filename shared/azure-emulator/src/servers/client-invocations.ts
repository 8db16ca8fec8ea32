import { type MessageOf, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { PayloadByProtocol } from '../clients/payload-by-protocol.ts';
import { wireMessages } from '../wire-messages.ts';
import type { ServerConnection } from './server-connection.ts';

interface PendingInvocation {
  readonly client: EmulatedClient;
  readonly caller: ServerConnection;
  /** When the invocation was sent, on the clock of `performance.now()`. */
  readonly startedAt: number;
}

/** The maximum time for a result, in ms. */
const LIFETIME = 10 * 60_000;
/** The maximum number of pending invocations. Beyond that, the oldest one fails. */
const MAXIMUM_PENDING = 100_000;

/**
 * Invocations of clients by servers. The client and the caller may be connected to different
 * servers.
 */
export class ClientInvocations {
  /** The pending invocations, the oldest first. */
  readonly #pending = new Map<string, PendingInvocation>();

  get size(): number {
    return this.#pending.size;
  }

  /** Forwards an invocation to a client. `client` is undefined if the connection does not exist. */
  start(
    server: ServerConnection,
    client: EmulatedClient | undefined,
    message: MessageOf<typeof ServiceMessageType.ClientInvocation>,
  ): void {
    const { invocationId, connectionId, callerServerId, payloads } = message;
    if (client === undefined) {
      const error = wireMessages.connectionDoesNotExist(connectionId ?? '');
      const type = ServiceMessageType.ErrorCompletion;
      return server.send({ type, invocationId, connectionId, callerServerId, error });
    }
    const id = invocationId ?? '';
    this.#pending.set(id, { client, caller: server, startedAt: performance.now() });
    client.invocationIds.add(id);
    if (this.#pending.size > MAXIMUM_PENDING) {
      this.#fail(this.#pending.keys().next().value as string, wireMessages.invocationTimeout);
    }
    if (client.server !== undefined && client.server.serverId !== server.serverId) {
      client.server.send(message); // The client's server must know where to send the result.
      server.send({
        type: ServiceMessageType.ServiceMapping,
        invocationId,
        connectionId,
        instanceId: 'emulator',
      });
    }
    client.sendMulticast(new PayloadByProtocol(payloads));
  }

  /** Handles the result of an invocation, and forwards it if the caller is another server. */
  complete(
    server: ServerConnection,
    message:
      | MessageOf<typeof ServiceMessageType.ClientCompletion>
      | MessageOf<typeof ServiceMessageType.ErrorCompletion>,
  ): void {
    const invocation = this.#take(message.invocationId ?? '');
    if (invocation !== undefined && invocation.caller.serverId !== server.serverId)
      invocation.caller.send(message);
  }

  /** Fails the invocations of a client that disconnected. */
  onClientDisconnected(client: EmulatedClient): void {
    for (const id of client.invocationIds)
      this.#fail(id, wireMessages.connectionLost(client.connectionId));
  }

  /** Removes the invocations of a server that disconnected. */
  onServerDisconnected(server: ServerConnection): void {
    for (const [id, { caller }] of this.#pending) if (caller === server) this.#take(id);
  }

  /** Fails invocations that are too old. `now` is on the clock of `performance.now()`. */
  sweep(now: number): void {
    for (const [id, { startedAt }] of this.#pending) {
      if (startedAt > now - LIFETIME) return;
      this.#fail(id, wireMessages.invocationTimeout);
    }
  }

  #fail(invocationId: string, error: string): void {
    const invocation = this.#take(invocationId);
    if (invocation === undefined) return;
    const { client, caller } = invocation;
    caller.send({
      type: ServiceMessageType.ErrorCompletion,
      invocationId,
      connectionId: client.connectionId,
      callerServerId: caller.serverId,
      error,
    });
  }

  #take(invocationId: string): PendingInvocation | undefined {
    const invocation = this.#pending.get(invocationId);
    this.#pending.delete(invocationId);
    invocation?.client.invocationIds.delete(invocationId);
    return invocation;
  }
}
