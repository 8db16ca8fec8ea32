import { randomUUID } from 'node:crypto';
import {
  ClientResultsManager,
  type CompletionMessage,
  HubError,
  type HubProtocol,
  MessageType,
} from '@practical-signalr/server/scale-out';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { errors } from '../errors.ts';
import {
  type MessageOf,
  type ServiceMessage,
  ServiceMessageType,
} from '../service-protocol/index.ts';

/** Where the result of another server's invocation is sent. */
interface Route {
  readonly connectionId: string;
  readonly callerServerId: string;
  readonly connection: ServiceConnection;
}

/**
 * The maximum number of pending invocations of other servers. The service itself abandons them
 * after ten minutes.
 */
const MAXIMUM_ROUTES = 100_000;

/**
 * Invocations of clients. The client and the caller may be connected to different servers.
 * Source: `ClientResultsManager` of azure-signalr.
 */
export class ClientInvocations {
  readonly #serverId: string;
  readonly #protocols: readonly HubProtocol[];
  readonly #results = new ClientResultsManager();
  readonly #routes = new Map<string, Route>();
  /**
   * The server connections on which this server's invocations were sent: one for each endpoint that
   * may have the client and has not reported an error.
   */
  readonly #sentOn = new Map<string, Set<ServiceConnection>>();
  readonly #prefix = randomUUID().replaceAll('-', '');
  #count = 0;

  constructor(serverId: string, protocols: readonly HubProtocol[]) {
    this.#serverId = serverId;
    this.#protocols = protocols;
  }

  /**
   * Invokes a client. `send` sends the invocation with the given ids to each endpoint that may have
   * the client, and returns the connections it used. Only the endpoint that has the client returns
   * a result, so an error of one endpoint counts only if no other endpoint is left.
   */
  invoke(
    connectionId: string,
    signal: AbortSignal | undefined,
    send: (invocationId: string, callerServerId: string) => readonly ServiceConnection[],
  ): Promise<unknown> {
    // The service expects the client's id at the start. The random part prevents other clients from
    // guessing the id and sending a result.
    this.#count += 1;
    const invocationId = `${connectionId}-${this.#prefix}-${this.#count}`;
    const result = this.#results.add(connectionId, invocationId, signal);
    if (this.#results.connectionOf(invocationId) === undefined) return result;
    try {
      this.#sentOn.set(invocationId, new Set(send(invocationId, this.#serverId)));
    } catch (error) {
      this.#results.fail(invocationId, error as Error);
    }
    return result.finally(() => this.#sentOn.delete(invocationId));
  }

  /**
   * Handles the result of a client of this server. `connection` and `protocol` are those of the
   * client.
   * @throws {Error} if another client was invoked (`ERR_SIGNALR_AZURE_WRONG_CLIENT`).
   */
  setResult(
    connectionId: string,
    completion: CompletionMessage,
    connection: ServiceConnection | undefined,
    protocol: HubProtocol | undefined,
  ): void {
    const { invocationId } = completion;
    const route = this.#routes.get(invocationId);
    if (route !== undefined && route.connectionId !== connectionId) throw errors.wrongClient();
    const isOwn = this.#results.tryComplete(connectionId, completion);
    if (!isOwn && route === undefined) return;
    this.#routes.delete(invocationId);
    // For an invocation of this server, an empty payload lets the service forget the invocation.
    const payload = isOwn ? '' : (protocol?.writeMessage(completion) ?? '');
    (route?.connection ?? connection)?.send({
      type: ServiceMessageType.ClientCompletion,
      invocationId,
      connectionId,
      callerServerId: route?.callerServerId ?? this.#serverId,
      protocol: protocol?.name ?? null,
      payload,
      ...(protocol === undefined ? {} : { ext: { protocol: protocol.name } }),
    });
  }

  /** Handles the messages of the service about invocations. */
  receive(connection: ServiceConnection, message: ServiceMessage): void {
    switch (message.type) {
      case ServiceMessageType.ClientInvocation:
        this.#addRoute(connection, message);
        break;
      case ServiceMessageType.ClientCompletion:
        this.#complete(message);
        break;
      case ServiceMessageType.ErrorCompletion:
        this.#failOn(connection, message.invocationId ?? '', new HubError(message.error ?? ''));
        this.#routes.delete(message.invocationId ?? '');
        break;
      default:
      // A mapping names the instance that holds the client. It is not needed here.
    }
  }

  /** Fails the invocations of a client that disconnected. */
  connectionLost(connectionId: string): void {
    this.#results.connectionLost(connectionId);
    for (const [invocationId, route] of this.#routes) {
      if (route.connectionId === connectionId) this.#routes.delete(invocationId);
    }
  }

  /**
   * Fails the invocations that were sent on a lost connection. The service may not have received
   * them.
   */
  serverConnectionLost(connection: ServiceConnection): void {
    for (const [invocationId, sentOn] of this.#sentOn) {
      if (sentOn.has(connection)) this.#failOn(connection, invocationId, errors.invocationLost());
    }
    for (const [invocationId, route] of this.#routes) {
      if (route.connection === connection) this.#routes.delete(invocationId);
    }
  }

  /** Fails an invocation if no other endpoint is left that may return its result. */
  #failOn(connection: ServiceConnection, invocationId: string, error: Error): void {
    const sentOn = this.#sentOn.get(invocationId);
    if (sentOn === undefined) return;
    // The service may answer on another server connection of the same endpoint.
    const { endpointName } = connection;
    const answered = [...sentOn].find((one) => one.endpointName === endpointName);
    sentOn.delete(answered ?? connection);
    if (sentOn.size === 0) this.#results.fail(invocationId, error);
  }

  #addRoute(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ClientInvocation>,
  ): void {
    const { invocationId, connectionId, callerServerId } = message;
    if (this.#routes.size >= MAXIMUM_ROUTES)
      this.#routes.delete(this.#routes.keys().next().value as string);
    this.#routes.set(invocationId ?? '', {
      connectionId: connectionId ?? '',
      callerServerId: callerServerId ?? '',
      connection,
    });
  }

  #complete(message: MessageOf<typeof ServiceMessageType.ClientCompletion>): void {
    const { invocationId, connectionId, protocol: name, payload } = message;
    const protocol = this.#protocols.find((one) => one.name === name?.toLowerCase());
    try {
      protocol?.createReader(undefined).read(payload as Uint8Array, (completion) => {
        if (completion.type !== MessageType.Completion || completion.invocationId !== invocationId)
          return;
        this.#results.tryComplete(connectionId ?? '', completion);
      });
    } catch (error) {
      this.#results.fail(invocationId ?? '', error as Error);
    }
  }
}
