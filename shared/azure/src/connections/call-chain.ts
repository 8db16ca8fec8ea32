import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceConnection } from './service-connection.ts';

/**
 * The server connection on which the running call arrived. Messages of the call use the same
 * connection, so that clients receive them in order.
 * Source: `ServiceConnectionContainerScope` of azure-signalr.
 */
export const callChain = new AsyncLocalStorage<ServiceConnection>();
