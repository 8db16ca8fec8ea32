// hubs/ and scale-out/ know the names of the transports, but not the transports.
export type { TransportName } from './transports/registry.ts';
