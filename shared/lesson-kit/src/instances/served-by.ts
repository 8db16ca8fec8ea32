import type { IncomingMessage } from 'node:http';

/** The instance to which a balancer has forwarded a request. The request journal shows it. */
export const servedBy = new WeakMap<IncomingMessage, string>();
