import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceConnection } from './service-connection.ts';

/**
 * The server connection that a call came on: what the call sends goes out on it too, so that a client sees it in order.
 * Source: `ServiceConnectionContainerScope` of azure-signalr.
 */
export const callChain = new AsyncLocalStorage<ServiceConnection>();
