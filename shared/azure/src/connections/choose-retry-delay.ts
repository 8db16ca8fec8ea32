import { type Logger, MAXIMUM_TIME } from '@practical-signalr/server/scale-out';
import { defaultRetryDelay } from '../azure-options.ts';
import { logMessages } from '../log-messages.ts';

/**
 * Returns the time before the next attempt to connect, in ms. If the function of the app throws or
 * does not return a time, logs that and returns the default delay. Otherwise, there would be no
 * further attempt, or it would follow immediately.
 */
export function chooseRetryDelay(
  retryDelay: (failures: number) => number,
  failures: number,
  logger: Logger,
): number {
  try {
    const ms: unknown = retryDelay(failures);
    if (typeof ms === 'number' && ms >= 0 && ms <= MAXIMUM_TIME) return ms;
    logger.error(logMessages.retryDelayInvalid(String(ms), MAXIMUM_TIME));
  } catch (error) {
    logger.error(logMessages.retryDelayFailed, error);
  }
  return defaultRetryDelay(failures);
}
