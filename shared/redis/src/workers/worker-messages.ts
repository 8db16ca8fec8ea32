import type { SetOptions } from '../redis-client.ts';

/** A command that the primary process runs on its connection to Redis. */
export type RedisCommand =
  | {
      readonly name: 'publish';
      readonly channel: string;
      readonly payload: Uint8Array;
      readonly isUrgent: boolean;
    }
  | { readonly name: 'countSubscribers'; readonly channel: string }
  | { readonly name: 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] }
  | { readonly name: 'get' | 'getDel'; readonly key: string }
  | {
      readonly name: 'set';
      readonly key: string;
      readonly value: string;
      readonly options: SetOptions;
    }
  | {
      readonly name: 'eval';
      readonly script: string;
      readonly keys: readonly string[];
      readonly args: readonly (string | Uint8Array)[];
      /** Whether strings in the reply are buffers. */
      readonly repliesBuffers: boolean;
    };

/** What a worker sends to the primary process. */
export interface CallMessage {
  readonly type: 'call';
  readonly id: number;
  readonly command: RedisCommand;
}

/** What the primary process sends to a worker. */
export type ToWorker =
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly failure: RedisFailure }
  | { readonly type: 'message'; readonly channel: string; readonly payload: Uint8Array }
  /** The state of the connection to Redis. `cause` explains an outage. */
  | { readonly type: 'state'; readonly isConnected: boolean; readonly cause: string | undefined };

/** Why a command failed. An Error would lose its class on its way to another process. */
export interface RedisFailure {
  /** Whether Redis itself replied with an error. */
  readonly isRefusal: boolean;
  /** The reply of Redis, or the cause as text without secrets. */
  readonly message: string;
}
