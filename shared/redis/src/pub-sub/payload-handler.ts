/**
 * Handles one payload from Redis. Returns a promise if a receiver has no room for more; it resolves
 * when there is room. Throws a `ForeignMessageError` if the payload was not written by a SignalR
 * server.
 */
export type PayloadHandler = (payload: Buffer) => Promise<void> | undefined;
