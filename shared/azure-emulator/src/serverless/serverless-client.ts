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
import { isTextProtocol } from '../clients/payload-by-protocol.ts';
import type { EmulatedService } from '../emulated-service.ts';
import { logMessages } from '../log-messages.ts';
import { upstreamFailures, wireMessages } from '../wire-messages.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';
import { postUpstream, type UpstreamResponse } from './upstream-request.ts';
import { type UpstreamEvent, upstreamUrl } from './upstream-template.ts';

/** The maximum size of a client's message, in bytes. */
const MAXIMUM_MESSAGE = 1024 * 1024;
/** The number of queued events of one client at which the service stops reading from it. */
const MAXIMUM_QUEUED = 16;
/** The interval of pings and the limit of silence of a client as in ASP.NET Core, in ms. */
const KEEP_ALIVE_INTERVAL = 15_000;
const CLIENT_TIMEOUT = 30_000;

/** The types of event bodies. Source: the serverless protocol of the Azure SDK for .NET. */
const OPEN_CONNECTION = 10;
const CLOSE_CONNECTION = 11;

/**
 * A client in serverless mode. The service acts as its server and forwards its events to HTTP
 * endpoints.
 */
class ServerlessClient {
  readonly #service: EmulatedService;
  readonly #hub: ServiceHub;
  readonly #client: EmulatedClient;
  readonly #protocol: HubProtocol;
  readonly #reader: MessageReader;
  readonly #ping: string | Uint8Array;
  /** Resolves when the last queued event has been sent. Events are sent one after the other. */
  #lastEvent: Promise<void> = Promise.resolve();
  #queuedCount = 0;
  /** When the client last sent data, in ms on the clock of the service. */
  #lastReceivedAt: number;
  #lastPingAt: number;

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
    this.#lastReceivedAt = service.clock.now();
    this.#lastPingAt = this.#lastReceivedAt;
    this.#ping = protocol.writeMessage({ type: MessageType.Ping });
    client.onReceive = (chunk) => this.#receive(chunk);
    client.onDisconnected = (error) =>
      this.#sendConnectionEvent('disconnected', { type: CLOSE_CONNECTION, error });
    client.onHeartbeat = (runningTime) => this.#onHeartbeat(runningTime);
    this.#sendConnectionEvent('connected', { type: OPEN_CONNECTION });
  }

  #receive(chunk: string | Uint8Array): void {
    this.#lastReceivedAt = this.#service.clock.now();
    try {
      this.#reader.read(chunk, (message) => this.#handle(message));
    } catch (error) {
      this.#hub.closeClient(this.#client, { error: (error as Error).message });
    }
  }

  #handle(message: HubMessage): void {
    // The same chunk may contain messages after the client's Close.
    if (this.#hub.clients.get(this.#client.connectionId) !== this.#client) return;
    if (message.type === MessageType.Close) return this.#hub.closeClient(this.#client);
    if (message.type !== MessageType.Invocation && message.type !== MessageType.StreamInvocation)
      return;
    if (message.type === MessageType.StreamInvocation || (message.streamIds?.length ?? 0) > 0) {
      const { invocationId } = message;
      if (invocationId !== undefined)
        this.#complete(failed(invocationId, wireMessages.streamsNotSupported));
      return;
    }
    const event = { hub: this.#hub.name, category: 'messages', event: message.target } as const;
    const { invocationId, target } = message;
    const contentType = isTextProtocol(this.#protocol.name)
      ? 'application/json'
      : 'application/x-msgpack';
    this.#post(event, contentType, unframed(this.#protocol.writeMessage(message)), (response) => {
      if (invocationId !== undefined)
        this.#complete(this.#completion(invocationId, target, response));
    });
  }

  #sendConnectionEvent(event: string, body: object): void {
    const connectionEvent = { hub: this.#hub.name, category: 'connections', event } as const;
    this.#post(connectionEvent, 'application/json', JSON.stringify(body), () => undefined);
  }

  /** Queues an event. `onResponse` receives undefined if no endpoint matches the event. */
  #post(
    event: UpstreamEvent,
    contentType: string,
    body: string | Uint8Array,
    onResponse: (response: UpstreamResponse | undefined) => void,
  ): void {
    const { upstream, accessKey, upstreamTimeout } = this.#service.options;
    const url = upstreamUrl(upstream, event);
    if (url === undefined) return onResponse(undefined);
    this.#queuedCount += 1;
    if (this.#queuedCount === MAXIMUM_QUEUED) this.#client.transport.pause();
    this.#lastEvent = this.#lastEvent.then(async () => {
      const response = await postUpstream(
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
        'status' in response ? String(response.status) : upstreamFailures[response.failure];
      this.#service.log(logMessages.upstreamCalled(hub, category, name, outcome));
      if (this.#queuedCount === MAXIMUM_QUEUED) this.#client.transport.resume();
      this.#queuedCount -= 1;
      onResponse(response);
    });
  }

  #completion(
    invocationId: string,
    target: string,
    response: UpstreamResponse | undefined,
  ): CompletionMessage {
    if (response === undefined) return failed(invocationId, wireMessages.noUpstream(target));
    if ('failure' in response)
      return failed(invocationId, wireMessages.upstreamFailed(target, response.failure));
    const { status, body } = response;
    if (status < 200 || status > 299)
      return failed(invocationId, wireMessages.upstreamStatus(status));
    if (body.length === 0) return { type: MessageType.Completion, invocationId, hasResult: false };
    return (
      this.#readCompletion(invocationId, body) ??
      failed(invocationId, wireMessages.upstreamNoCompletion(target))
    );
  }

  #readCompletion(invocationId: string, body: Uint8Array): CompletionMessage | undefined {
    let completion: CompletionMessage | undefined;
    const lacksSeparator = isTextProtocol(this.#protocol.name) && body.at(-1) !== 0x1e;
    try {
      this.#protocol
        .createReader(undefined)
        .read(lacksSeparator ? Buffer.concat([body, Buffer.from('\u001e')]) : body, (message) => {
          if (message.type === MessageType.Completion && message.invocationId === invocationId)
            completion = message;
        });
    } catch {
      return undefined;
    }
    return completion;
  }

  #complete(completion: CompletionMessage): void {
    this.#client.sendFromServer(this.#protocol.writeMessage(completion));
    this.#hub.counts.toClients++;
  }

  #onHeartbeat(runningTime: number): void {
    const { transport } = this.#client;
    if (transport.hasInherentKeepAlive === true) return;
    if (runningTime - this.#lastReceivedAt > CLIENT_TIMEOUT)
      return this.#hub.closeClient(this.#client, { error: wireMessages.clientTimeout });
    if (runningTime - this.#lastPingAt < KEEP_ALIVE_INTERVAL) return;
    this.#lastPingAt = runningTime;
    transport.send(this.#ping);
  }
}

const failed = (invocationId: string, error: string): CompletionMessage => ({
  type: MessageType.Completion,
  invocationId,
  hasResult: false,
  error,
});

/**
 * Returns a message without its record separator or length prefix, which a body with one message
 * does not need.
 */
function unframed(message: string | Uint8Array): string | Uint8Array {
  if (typeof message === 'string') return message.slice(0, -1);
  let body: Uint8Array = message;
  new BinaryMessageReader(undefined).read(message, (one) => (body = one));
  return body;
}

/**
 * Answers the handshake of a client in serverless mode. Returns false if its protocol is not
 * supported.
 */
export function serveWithoutServer(
  service: EmulatedService,
  hub: ServiceHub,
  client: EmulatedClient,
): boolean {
  const protocol = hubProtocols.get(client.protocol);
  const error =
    protocol === undefined ? wireMessages.protocolNotSupported(client.protocol) : undefined;
  const response = writeHandshakeResponse(error);
  client.sendFromServer(
    protocol !== undefined && isTextProtocol(protocol.name) ? response : Buffer.from(response),
  );
  if (protocol === undefined) return false;
  new ServerlessClient(service, hub, client, protocol);
  return true;
}
