/** The key and the port of the official emulator, so that documented connection strings work unchanged. */
export const DEFAULT_ACCESS_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
export const DEFAULT_PORT = 8888;

/** Options of {@link startEmulator}; all are optional. */
export interface EmulatorOptions {
  /** Default 8888; 0 takes any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: that of the official emulator. */
  readonly accessKey?: string;
  /** Silence between pings to servers. Default 5,000 ms. */
  readonly pingInterval?: number;
  /** Where it reports, a line each. Default: nowhere. Keys and tokens never get here. */
  readonly log?: (line: string) => void;
}
