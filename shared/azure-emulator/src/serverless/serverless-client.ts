import {
  BinaryMessageReader,
  type CompletionMessage,
  type HubMessage,
  type HubProtocol,
  type MessageReader,
  MessageType,
  writeHandshakeResponse,
} from '@practical-signalr/protocol';
import { hubProtocols } from '../clients/close-message.ts';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { isText } from '../clients/payload-by-protocol.ts';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';
import { postUpstream, type UpstreamAnswer } from './upstream-request.ts';
import { type UpstreamEvent, upstreamUrl } from './upstream-template.ts';

/** The largest message of a client, in bytes. */
const MAXIMUM_MESSAGE = 1024 * 1024;
/** Events of one client that may wait for their endpoint before it is not read from for a while. */
const MAXIMUM_WAITING = 16;
/** As in ASP.NET Core, in ms. */
const KEEP_ALIVE_INTERVAL = 15_000;
const CLIENT_TIMEOUT = 30_000;

/** Types of the events' bodies. Source: the serverless protocol of the Azure SDK for .NET. */
const OPEN_CONNECTION = 10;
const CLOSE_CONNECTION = 11;

/** A client in serverless mode: the service is its server, and HTTP endpoints are its hub. */
class ServerlessClient {
  readonly #service: EmulatedService;
  readonly #hub: ServiceHub;
  readonly #client: EmulatedClient;
  readonly #protocol: HubProtocol;
  readonly #reader: MessageReader;
  readonly #ping: string | Uint8Array;
  /** Its events go out one after the other. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #heardAt = Date.now();
  #pingedAt = Date.now();

  constructor(
    service: EmulatedService,
    hub: ServiceHub,
    client: EmulatedClient,
    protocol: HubProtocol,
  ) {
    this.#service = service;
    this.#hub = hub;
    this.#client = client;
    this.#protocol = protocol;
    this.#reader = protocol.createReader(MAXIMUM_MESSAGE);
    this.#ping = protocol.writeMessage({ type: MessageType.Ping });
    client.onReceive = (piece) => this.#receive(piece);
    client.onLeft = (error) => this.#tell('disconnected', { type: CLOSE_CONNECTION, error });
    client.onBeat = (now) => this.#beat(now);
    this.#tell('connected', { type: OPEN_CONNECTION });
  }

  #receive(piece: string | Uint8Array): void {
    this.#heardAt = Date.now();
    try {
      this.#reader.read(piece, (message) => this.#take(message));
    } catch (error) {
      this.#hub.closeClient(this.#client, { error: (error as Error).message });
    }
  }

  #take(message: HubMessage): void {
    if (this.#hub.clients.get(this.#client.connectionId) !== this.#client) return; // behind its Close in one piece
    if (message.type === MessageType.Close) return this.#hub.closeClient(this.#client);
    if (message.type !== MessageType.Invocation && message.type !== MessageType.StreamInvocation)
      return;
    if (message.type === MessageType.StreamInvocation || (message.streamIds?.length ?? 0) > 0) {
      const { invocationId } = message;
      if (invocationId !== undefined)
        this.#complete(failed(invocationId, errorTexts.streamsNotSupported));
      return;
    }
    const event = { hub: this.#hub.name, category: 'messages', event: message.target } as const;
    const { invocationId, target } = message;
    const contentType = isText(this.#protocol.name) ? 'application/json' : 'application/x-msgpack';
    this.#post(event, contentType, unframed(this.#protocol.writeMessage(message)), (answer) => {
      if (invocationId !== undefined)
        this.#complete(this.#completion(invocationId, target, answer));
    });
  }

  #tell(event: string, body: object): void {
    const what = { hub: this.#hub.name, category: 'connections', event } as const;
    this.#post(what, 'application/json', JSON.stringify(body), () => undefined);
  }

  /** `onAnswer` gets undefined where no endpoint wants the event. */
  #post(
    event: UpstreamEvent,
    contentType: string,
    body: string | Uint8Array,
    onAnswer: (answer: UpstreamAnswer | undefined) => void,
  ): void {
    const { upstream, accessKey, upstreamTimeout } = this.#service.options;
    const url = upstreamUrl(upstream, event);
    if (url === undefined) return onAnswer(undefined);
    if (++this.#waiting === MAXIMUM_WAITING) this.#client.transport.pause();
    this.#last = this.#last.then(async () => {
      const answer = await postUpstream(
        url,
        event,
        this.#client,
        accessKey,
        contentType,
        body,
        upstreamTimeout,
        this.#service.ended,
      );
      const { hub, category, event: name } = event;
      const outcome =
        'status' in answer ? String(answer.status) : errorTexts.upstreamFailures[answer.failure];
      this.#service.log(errorTexts.upstreamCalled(hub, category, name, outcome));
      if (this.#waiting-- === MAXIMUM_WAITING) this.#client.transport.resume();
      onAnswer(answer);
    });
  }

  #completion(
    invocationId: string,
    target: string,
    answer: UpstreamAnswer | undefined,
  ): CompletionMessage {
    if (answer === undefined) return failed(invocationId, errorTexts.noUpstream(target));
    if ('failure' in answer)
      return failed(invocationId, errorTexts.upstreamFailed(target, answer.failure));
    const { status, body } = answer;
    if (status < 200 || status > 299)
      return failed(invocationId, errorTexts.upstreamStatus(status));
    if (body.length === 0) return { type: MessageType.Completion, invocationId, hasResult: false };
    return (
      this.#readCompletion(invocationId, body) ??
      failed(invocationId, errorTexts.upstreamAnswer(target))
    );
  }

  #readCompletion(invocationId: string, body: Uint8Array): CompletionMessage | undefined {
    let found: CompletionMessage | undefined;
    const isUnended = isText(this.#protocol.name) && body.at(-1) !== 0x1e;
    try {
      this.#protocol
        .createReader(undefined)
        .read(isUnended ? Buffer.concat([body, Buffer.from('\u001e')]) : body, (message) => {
          if (message.type === MessageType.Completion && message.invocationId === invocationId)
            found = message;
        });
    } catch {
      return undefined;
    }
    return found;
  }

  #complete(completion: CompletionMessage): void {
    this.#client.sendOwn(this.#protocol.writeMessage(completion));
    this.#hub.counts.toClients++;
  }

  #beat(now: number): void {
    const { transport } = this.#client;
    if (transport.hasInherentKeepAlive === true) return;
    if (now - this.#heardAt > CLIENT_TIMEOUT)
      return this.#hub.closeClient(this.#client, { error: errorTexts.clientTimeout });
    if (now - this.#pingedAt < KEEP_ALIVE_INTERVAL) return;
    this.#pingedAt = now;
    transport.send(this.#ping);
  }
}

const failed = (invocationId: string, error: string): CompletionMessage => ({
  type: MessageType.Completion,
  invocationId,
  hasResult: false,
  error,
});

/** A message alone in a body needs no end, and no length before it. */
function unframed(message: string | Uint8Array): string | Uint8Array {
  if (typeof message === 'string') return message.slice(0, -1);
  let body: Uint8Array = message;
  new BinaryMessageReader(undefined).read(message, (one) => (body = one));
  return body;
}

/** Answers the handshake of a client that has no server; false where the service does not speak its protocol. */
export function serveWithoutServer(
  service: EmulatedService,
  hub: ServiceHub,
  client: EmulatedClient,
): boolean {
  const protocol = hubProtocols.get(client.protocol);
  const error =
    protocol === undefined ? errorTexts.protocolNotSupported(client.protocol) : undefined;
  const answer = writeHandshakeResponse(error);
  client.sendOwn(protocol !== undefined && isText(protocol.name) ? answer : Buffer.from(answer));
  if (protocol === undefined) return false;
  new ServerlessClient(service, hub, client, protocol);
  return true;
}
