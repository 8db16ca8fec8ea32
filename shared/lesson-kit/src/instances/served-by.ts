import type { IncomingMessage } from 'node:http';

/** Which instance a balancer has given a request: for the journal of requests. */
export const servedBy = new WeakMap<IncomingMessage, string>();
