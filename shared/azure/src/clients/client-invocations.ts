import { randomUUID } from 'node:crypto';
import {
  ClientResultsManager,
  type CompletionMessage,
  HubError,
  type HubProtocol,
  MessageType,
} from '@practical-signalr/server/scale-out';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { errorTexts } from '../error-texts.ts';
import {
  type MessageOf,
  type ServiceMessage,
  ServiceMessageType,
} from '../service-protocol/index.ts';

/** Where the answer to another server's question goes. */
interface Route {
  readonly connectionId: string;
  readonly callerServerId: string;
  readonly connection: ServiceConnection;
}

/** Questions of other servers that may wait for their answers here; the service forgets them after ten minutes itself. */
const MAXIMUM_ROUTES = 100_000;

/** Questions to clients, wherever client and asker are connected. Source: `ClientResultsManager` of azure-signalr. */
export class ClientInvocations {
  readonly #serverId: string;
  readonly #protocols: readonly HubProtocol[];
  readonly #results = new ClientResultsManager();
  readonly #routes = new Map<string, Route>();
  /** The server connections that own questions have gone out on. */
  readonly #asked = new Map<string, ServiceConnection>();
  readonly #prefix = randomUUID().replaceAll('-', '');
  #count = 0;

  constructor(serverId: string, protocols: readonly HubProtocol[]) {
    this.#serverId = serverId;
    this.#protocols = protocols;
  }

  /** Asks a client; `send` is handed the ids that the question must carry, and returns where it has sent it. */
  invoke(
    connectionId: string,
    signal: AbortSignal | undefined,
    send: (invocationId: string, callerServerId: string) => ServiceConnection,
  ): Promise<unknown> {
    // The random part keeps other clients from answering; the id of the client must start it.
    const invocationId = `${connectionId}-${this.#prefix}-${++this.#count}`;
    const answer = this.#results.add(connectionId, invocationId, signal);
    if (signal?.aborted === true) return answer;
    try {
      this.#asked.set(invocationId, send(invocationId, this.#serverId));
    } catch (error) {
      this.#results.fail(invocationId, error as Error);
    }
    return answer.finally(() => this.#asked.delete(invocationId));
  }

  /**
   * A client of this server has answered. `connection` is that of the client, `protocol` the client's.
   * @throws {Error} where another client was asked.
   */
  answered(
    connectionId: string,
    completion: CompletionMessage,
    connection: ServiceConnection | undefined,
    protocol: HubProtocol | undefined,
  ): void {
    const { invocationId } = completion;
    const route = this.#routes.get(invocationId);
    if (route !== undefined && route.connectionId !== connectionId)
      throw new Error(errorTexts.answeredByOther);
    const isOwn = this.#results.tryComplete(connectionId, completion);
    if (!isOwn && route === undefined) return;
    this.#routes.delete(invocationId);
    // An own answer goes out empty, so that the service forgets the question.
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

  /** What the service says about questions. */
  receive(connection: ServiceConnection, message: ServiceMessage): void {
    switch (message.type) {
      case ServiceMessageType.ClientInvocation:
        this.#addRoute(connection, message);
        break;
      case ServiceMessageType.ClientCompletion:
        this.#complete(message);
        break;
      case ServiceMessageType.ErrorCompletion:
        this.#results.fail(message.invocationId ?? '', new HubError(message.error ?? ''));
        this.#routes.delete(message.invocationId ?? '');
        break;
      default:
      // A mapping tells which instance has the client: nothing to be done.
    }
  }

  /** A client is gone: nobody's question to it can be answered. */
  connectionLost(connectionId: string): void {
    this.#results.connectionLost(connectionId);
    for (const [invocationId, route] of this.#routes) {
      if (route.connectionId === connectionId) this.#routes.delete(invocationId);
    }
  }

  /** A server connection is gone: nobody knows whether the service had the questions that went out on it. */
  serverConnectionLost(connection: ServiceConnection): void {
    for (const [invocationId, asked] of this.#asked) {
      if (asked === connection)
        this.#results.fail(invocationId, new HubError(errorTexts.questionLost));
    }
    for (const [invocationId, route] of this.#routes) {
      if (route.connection === connection) this.#routes.delete(invocationId);
    }
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
