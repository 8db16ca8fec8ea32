import type { Transport } from '../../connections/transport.ts';
import type { TransportName } from '../../transport-name.ts';

const ignore = (): void => undefined;

/** Returns the transport of a client that is not connected. It drops everything. */
export const absentTransport = (name: TransportName): Transport => ({
  name,
  send: ignore,
  sendShared: ignore,
  whenRoom: () => undefined,
  close: ignore,
  abort: ignore,
  abandon: ignore,
  pause: ignore,
  resume: ignore,
});
