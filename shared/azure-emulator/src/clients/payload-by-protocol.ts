import type { Payloads } from '@practical-signalr/azure/service-protocol';
import { SharedPayload } from '@practical-signalr/server/transports';

/** Returns whether the messages of a protocol are text. Only those of JSON are. */
export const isTextProtocol = (protocol: string): boolean => protocol === 'json';

/** Returns a payload as a string if the protocol is text, otherwise as bytes. */
export const transportPayload = (
  protocol: string,
  payload: string | Uint8Array,
): string | Uint8Array =>
  isTextProtocol(protocol) && typeof payload !== 'string'
    ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
    : payload;

/**
 * One message for many clients. It is converted and framed once for each protocol and transport.
 */
export class PayloadByProtocol {
  readonly #payloads: Payloads;
  readonly #converted = new Map<string, SharedPayload>();

  constructor(payloads: Payloads) {
    this.#payloads = payloads;
  }

  /**
   * Returns the payload for a protocol. Undefined if the sender did not encode the message in it.
   */
  get(protocol: string): SharedPayload | undefined {
    const converted = this.#converted.get(protocol);
    if (converted !== undefined) return converted;
    const payload = this.#payloads.get(protocol);
    if (payload === undefined) return undefined;
    const shared = new SharedPayload(transportPayload(protocol, payload));
    this.#converted.set(protocol, shared);
    return shared;
  }
}
