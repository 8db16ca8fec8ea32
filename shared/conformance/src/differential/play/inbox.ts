import type { Protocol } from '../messages/trees.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import type { ReceivedMessage } from './read-message.ts';

const SEPARATOR_BYTE = 0x1e;
/** A length has at most five bytes of seven bits. */
const MAXIMUM_SHIFT = 35;

/** The messages that one connection receives, over any transport. */
export class Inbox {
  readonly protocol: Protocol;
  readonly messages: ReceivedMessage[] = [];
  /** How the connection closed, or undefined while it is open. */
  closed: string | undefined;
  #text = '';
  #bytes: Buffer = Buffer.alloc(0);
  #hasHandshake: boolean;
  #wake: (() => void) | undefined;

  /** If `hasHandshake` is true, the first message is JSON in both protocols. */
  constructor(protocol: Protocol, hasHandshake = true) {
    this.protocol = protocol;
    this.#hasHandshake = hasHandshake && protocol !== 'json';
  }

  receive(data: Buffer): void {
    if (this.protocol === 'json') this.#receiveText(data.toString('utf8'));
    else this.#receiveBytes(data);
    this.#wake?.();
  }

  close(description: string): void {
    this.closed ??= description;
    this.#wake?.();
  }

  /**
   * Resolves with true when `isFound` is true, and with false when the connection has closed or the
   * time is up.
   */
  async until(isFound: () => boolean, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (!isFound()) {
      const rest = end - performance.now();
      if (this.closed !== undefined || rest <= 0) return false;
      await this.#change(rest);
    }
    return true;
  }

  /** Resolves when nothing has arrived for this long. */
  async settle(milliseconds: number, maximum: number): Promise<void> {
    const end = performance.now() + maximum;
    let seen = -1;
    while (this.closed === undefined && seen !== this.messages.length && performance.now() < end) {
      seen = this.messages.length;
      await this.#change(milliseconds);
    }
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #receiveText(text: string): void {
    const records = (this.#text + text).split(RECORD_SEPARATOR);
    this.#text = records.pop() ?? '';
    for (const record of records) this.messages.push({ text: record });
  }

  #receiveBytes(data: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, data]);
    if (this.#hasHandshake) {
      const end = this.#bytes.indexOf(SEPARATOR_BYTE);
      if (end < 0) return;
      this.#hasHandshake = false;
      this.messages.push({ text: this.#bytes.toString('utf8', 0, end) });
      this.#bytes = this.#bytes.subarray(end + 1);
    }
    for (let body = this.#takeBody(); body !== undefined; body = this.#takeBody())
      this.messages.push({ hex: body.toString('hex') });
  }

  /** Takes a message without its length off the front, if it is complete. */
  #takeBody(): Buffer | undefined {
    let length = 0;
    let at = 0;
    for (let shift = 0; shift < MAXIMUM_SHIFT; shift += 7) {
      const byte = this.#bytes[at];
      if (byte === undefined) return undefined;
      at++;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (at + length > this.#bytes.length) return undefined;
    const body = this.#bytes.subarray(at, at + length);
    this.#bytes = this.#bytes.subarray(at + length);
    return body;
  }
}
