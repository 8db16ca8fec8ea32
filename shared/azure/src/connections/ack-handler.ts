import { RunningClock } from '@practical-signalr/server/scale-out';
import { errors } from '../errors.ts';
import type { ServiceConnection } from './service-connection.ts';

/** The status of an acknowledgement. */
export const AckStatus = { Ok: 1, NotFound: 2, Timeout: 3, InternalServerError: 4 } as const;

interface PendingAck {
  /** When the operation was sent, in ms on the clock of the handler. */
  readonly createdAt: number;
  readonly connection: ServiceConnection;
  readonly resolve: (isFound: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** The maximum time for an acknowledgement, and the time between checks for late ones, in ms. */
const TIMEOUT = 10_000;
const CHECK_INTERVAL = 3000;
/** The maximum id, which is an int32 in the protocol. After it, ids count from 1 again. */
const MAXIMUM_ID = 0x7fffffff;

/**
 * The operations that the service has not acknowledged yet.
 * Source: `AckHandler` of azure-signalr.
 */
export class AckHandler {
  readonly #pending = new Map<number, PendingAck>();
  readonly #clock = new RunningClock(CHECK_INTERVAL);
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Creates an id for an operation on a connection. `acked` resolves with false if the service did
   * not find the target. It rejects if the service reports an error, or after 10 s.
   */
  create(connection: ServiceConnection): {
    readonly ackId: number;
    readonly acked: Promise<boolean>;
  } {
    this.#lastId = (this.#lastId % MAXIMUM_ID) + 1;
    const ackId = this.#lastId;
    const acked = new Promise<boolean>((resolve, reject) => {
      this.#pending.set(ackId, { createdAt: this.#clock.now(), connection, resolve, reject });
    });
    this.#timer ??= setInterval(() => this.#expire(), CHECK_INTERVAL).unref();
    return { ackId, acked };
  }

  settle(ackId: number, status: number, message: string): void {
    const pending = this.#pending.get(ackId);
    if (pending === undefined) return;
    this.#pending.delete(ackId);
    if (status === AckStatus.Ok) pending.resolve(true);
    else if (status === AckStatus.NotFound) pending.resolve(false);
    else if (status === AckStatus.Timeout || status === AckStatus.InternalServerError) {
      pending.reject(errors.ackTimeout());
    } else pending.reject(errors.ackRefused(message));
    if (this.#pending.size === 0) this.#stop();
  }

  /** Rejects the operations of a closed connection, which can no longer be acknowledged. */
  connectionLost(lost: ServiceConnection): void {
    for (const [id, { connection, reject }] of this.#pending) {
      if (connection !== lost) continue;
      this.#pending.delete(id);
      reject(errors.ackLost());
    }
    if (this.#pending.size === 0) this.#stop();
  }

  /** Rejects all pending operations. */
  close(): void {
    for (const { reject } of this.#pending.values()) reject(errors.notConnected());
    this.#pending.clear();
    this.#stop();
  }

  #expire(): void {
    const oldest = this.#clock.tick() - TIMEOUT;
    for (const [id, { createdAt }] of this.#pending)
      if (createdAt < oldest) this.settle(id, AckStatus.Timeout, '');
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
