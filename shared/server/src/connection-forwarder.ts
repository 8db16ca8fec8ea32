import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Passes the requests of a connection to the process that issued its connection token, if several
 * processes share a port. `runWorkers` provides one.
 */
export interface ConnectionForwarder {
  /** Identifies this process in the connection tokens that it issues. */
  readonly issuer: string;
  /** Passes a request of the HTTP transports on. Answers with 404 if that process has ended. */
  forwardRequest(issuer: string, request: IncomingMessage, response: ServerResponse): void;
  /** Passes an upgrade request on. Returns false if that process has ended. */
  forwardUpgrade(issuer: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}
