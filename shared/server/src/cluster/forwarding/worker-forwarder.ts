import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answer, plainText } from '../../connections/http-answer.ts';
import type { ConnectionForwarder } from '../../connection-forwarder.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { IpcWorkerBus } from '../ipc-worker-bus.ts';
import { forwardRequest, forwardUpgrade } from './request-forwarder.ts';

/** Passes requests to the worker that issued their connection token. */
export class WorkerForwarder implements ConnectionForwarder {
  readonly issuer: string;
  readonly #bus: IpcWorkerBus;
  /** The responses and sockets of forwarded requests. */
  readonly #open = new Set<ServerResponse | Duplex>();

  constructor(worker: number, bus: IpcWorkerBus) {
    this.issuer = String(worker);
    this.#bus = bus;
  }

  forwardRequest(issuer: string, request: IncomingMessage, response: ServerResponse): void {
    const socketPath = this.#bus.socketPathOf(Number(issuer));
    if (socketPath === undefined) answer(response, 404, wireMessages.noConnection, plainText);
    else {
      this.#track(response);
      void forwardRequest(socketPath, request, response);
    }
  }

  forwardUpgrade(issuer: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const socketPath = this.#bus.socketPathOf(Number(issuer));
    if (socketPath === undefined) return false;
    this.#track(socket);
    forwardUpgrade(socketPath, request, socket, head);
    return true;
  }

  /** Ends all forwarded requests, because this worker stops. Their clients reconnect. */
  close(): void {
    for (const stream of this.#open) stream.destroy();
  }

  #track(stream: ServerResponse | Duplex): void {
    this.#open.add(stream);
    stream.once('close', () => this.#open.delete(stream));
  }
}
