import { type MessageOf, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { PayloadByProtocol } from '../clients/payload-by-protocol.ts';
import { errorTexts } from '../error-texts.ts';
import type { ServerConnection } from './server-connection.ts';

interface Question {
  readonly client: EmulatedClient;
  readonly caller: ServerConnection;
  readonly askedAt: number;
}

/** How long a question may wait, in ms, and how many may wait. */
const LIFETIME = 10 * 60_000;
const MAXIMUM_QUESTIONS = 100_000;

/** Questions of servers to clients, wherever client and asker are connected. */
export class ClientInvocations {
  /** In order of time. */
  readonly #questions = new Map<string, Question>();

  get size(): number {
    return this.#questions.size;
  }

  /** Hands a question on; `client` is undefined where nobody has the id. */
  ask(
    server: ServerConnection,
    client: EmulatedClient | undefined,
    message: MessageOf<typeof ServiceMessageType.ClientInvocation>,
  ): void {
    const { invocationId, connectionId, callerServerId, payloads } = message;
    if (client === undefined) {
      const error = errorTexts.connectionDoesNotExist(connectionId ?? '');
      const type = ServiceMessageType.ErrorCompletion;
      return server.send({ type, invocationId, connectionId, callerServerId, error });
    }
    const id = invocationId ?? '';
    this.#questions.set(id, { client, caller: server, askedAt: Date.now() });
    client.invocationIds.add(id);
    if (this.#questions.size > MAXIMUM_QUESTIONS) {
      this.#fail(this.#questions.keys().next().value as string, errorTexts.questionTimeout);
    }
    if (client.server !== undefined && client.server.serverId !== server.serverId) {
      client.server.send(message); // it must know where the answer goes
      server.send({
        type: ServiceMessageType.ServiceMapping,
        invocationId,
        connectionId,
        instanceId: 'emulator',
      });
    }
    client.sendMulticast(new PayloadByProtocol(payloads));
  }

  /** A server says that a question has its answer: who asked on another server gets it. */
  answered(
    server: ServerConnection,
    message:
      | MessageOf<typeof ServiceMessageType.ClientCompletion>
      | MessageOf<typeof ServiceMessageType.ErrorCompletion>,
  ): void {
    const question = this.#take(message.invocationId ?? '');
    if (question !== undefined && question.caller.serverId !== server.serverId)
      question.caller.send(message);
  }

  clientLeft(client: EmulatedClient): void {
    for (const id of client.invocationIds)
      this.#fail(id, errorTexts.connectionLost(client.connectionId));
  }

  serverLost(server: ServerConnection): void {
    for (const [id, { caller }] of this.#questions) if (caller === server) this.#take(id);
  }

  sweep(now: number): void {
    for (const [id, { askedAt }] of this.#questions) {
      if (askedAt > now - LIFETIME) return;
      this.#fail(id, errorTexts.questionTimeout);
    }
  }

  #fail(invocationId: string, error: string): void {
    const question = this.#take(invocationId);
    if (question === undefined) return;
    const { client, caller } = question;
    caller.send({
      type: ServiceMessageType.ErrorCompletion,
      invocationId,
      connectionId: client.connectionId,
      callerServerId: caller.serverId,
      error,
    });
  }

  #take(invocationId: string): Question | undefined {
    const question = this.#questions.get(invocationId);
    this.#questions.delete(invocationId);
    question?.client.invocationIds.delete(invocationId);
    return question;
  }
}
