import type { Payloads } from '@practical-signalr/azure/service-protocol';
import { SharedPayload } from '@practical-signalr/server/transports';

/** The one protocol whose messages are text on the wire; all others are bytes. */
export const isText = (protocol: string): boolean => protocol === 'json';

/** A payload in the form in which transports take it. */
export const transportPayload = (
  protocol: string,
  payload: string | Uint8Array,
): string | Uint8Array =>
  isText(protocol) && typeof payload !== 'string'
    ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
    : payload;

/** One message for many clients: made ready and framed once for each protocol and transport. */
export class PayloadByProtocol {
  readonly #payloads: Payloads;
  readonly #ready = new Map<string, SharedPayload>();

  constructor(payloads: Payloads) {
    this.#payloads = payloads;
  }

  /** Undefined where the sender had no payload for the protocol. */
  in(protocol: string): SharedPayload | undefined {
    const ready = this.#ready.get(protocol);
    if (ready !== undefined) return ready;
    const payload = this.#payloads.get(protocol);
    if (payload === undefined) return undefined;
    const shared = new SharedPayload(transportPayload(protocol, payload));
    this.#ready.set(protocol, shared);
    return shared;
  }
}
