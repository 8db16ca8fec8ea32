import { ErrorReply } from '@redis/client';
import { explainRedisError, isRefusal, RelayedError } from '../pub-sub/explain-redis-error.ts';
import type { RedisFailure } from './worker-messages.ts';

/** Converts an error so that it can be sent to another process. */
export function describeFailure(error: unknown): RedisFailure {
  return isRefusal(error)
    ? { isRefusal: true, message: (error as Error).message }
    : { isRefusal: false, message: explainRedisError(error, true) };
}

/** Restores an error that another process has described. */
export const restoreError = ({ isRefusal: isReply, message }: RedisFailure): Error =>
  isReply ? new ErrorReply(message) : new RelayedError(message);
