import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { SharedPayload } from '../connections/shared-payload.ts';

/** A call to clients, encoded once for each protocol in use, on first need. */
export class SharedMessage {
  readonly #target: string;
  readonly #arguments: readonly unknown[];
  #protocol: HubProtocol | undefined;
  #payload: SharedPayload | undefined;
  #others: Map<HubProtocol, SharedPayload> | undefined;

  constructor(target: string, args: readonly unknown[]) {
    this.#target = target;
    this.#arguments = args;
  }

  /** The message in one protocol. Throws what the payload serializer throws. */
  encoded(protocol: HubProtocol): SharedPayload {
    if (this.#protocol === protocol && this.#payload !== undefined) return this.#payload;
    const known = this.#others?.get(protocol);
    if (known !== undefined) return known;
    const payload = new SharedPayload(
      protocol.writeMessage({ type: MessageType.Invocation, target: this.#target, arguments: this.#arguments }),
    );
    if (this.#protocol === undefined) {
      this.#protocol = protocol;
      this.#payload = payload;
    } else {
      this.#others ??= new Map();
      this.#others.set(protocol, payload);
    }
    return payload;
  }
}
