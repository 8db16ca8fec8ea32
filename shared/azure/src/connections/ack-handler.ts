import { errorTexts } from '../error-texts.ts';
import type { ServiceConnection } from './service-connection.ts';

/** Outcomes of what the service was asked to do. */
export const AckStatus = { Ok: 1, NotFound: 2, Timeout: 3, InternalServerError: 4 } as const;

interface Waiting {
  readonly since: number;
  readonly connection: ServiceConnection;
  readonly resolve: (found: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Time in ms that the service has for an answer, and how often late ones are looked for. */
const TIMEOUT = 10_000;
const CHECK_INTERVAL = 3000;

/** What the service was asked and has not answered yet. Source: `AckHandler` of azure-signalr. */
export class AckHandler {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  /** A new id for what is asked on a connection; the promise tells whether what was asked for was there. Rejects on errors and after 10 s. */
  create(connection: ServiceConnection): {
    readonly ackId: number;
    readonly acked: Promise<boolean>;
  } {
    this.#last = this.#last === 0x7fffffff ? 1 : this.#last + 1;
    const ackId = this.#last;
    const acked = new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(ackId, { since: Date.now(), connection, resolve, reject });
    });
    this.#timer ??= setInterval(() => this.#expire(), CHECK_INTERVAL).unref();
    return { ackId, acked };
  }

  settle(ackId: number, status: number, text: string): void {
    const waiting = this.#waiting.get(ackId);
    if (waiting === undefined) return;
    this.#waiting.delete(ackId);
    if (status === AckStatus.Ok) waiting.resolve(true);
    else if (status === AckStatus.NotFound) waiting.resolve(false);
    else if (status === AckStatus.Timeout || status === AckStatus.InternalServerError) {
      waiting.reject(new Error(errorTexts.ackTimeout));
    } else waiting.reject(new Error(errorTexts.ackFailed(text)));
    if (this.#waiting.size === 0) this.#stop();
  }

  /** No answers can come on a connection that is gone. */
  connectionLost(lost: ServiceConnection): void {
    for (const [id, { connection, reject }] of this.#waiting) {
      if (connection !== lost) continue;
      this.#waiting.delete(id);
      reject(new Error(errorTexts.ackLost));
    }
    if (this.#waiting.size === 0) this.#stop();
  }

  /** Ends all waiting. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(errorTexts.notActive));
    this.#waiting.clear();
    this.#stop();
  }

  #expire(): void {
    const oldest = Date.now() - TIMEOUT;
    for (const [id, { since }] of this.#waiting)
      if (since < oldest) this.settle(id, AckStatus.Timeout, '');
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
