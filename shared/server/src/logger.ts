/**
 * Receives the log messages of the server. `details` are errors and values that belong to the
 * message. They never contain access tokens. `console` is a logger. Other libraries need an
 * adapter, because they expect the details first.
 * @example
 * const log = pino();
 * const write = (level: keyof Logger) => (message: string, ...details: unknown[]) => {
 *   const err = details.find((detail) => detail instanceof Error);
 *   log[level]({ err, details: details.filter((detail) => detail !== err) }, message);
 * };
 * const logger: Logger = {
 *   debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'),
 * };
 */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

const nothing = (): void => undefined;

/** The default logger. It writes errors and warnings to the console and drops the rest. */
export const defaultLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (message, ...details) => console.warn(message, ...details),
  error: (message, ...details) => console.error(message, ...details),
};

/**
 * Returns a logger that ignores the errors of another logger, so that they do not stop the server.
 */
export function safeLogger(logger: Logger): Logger {
  const safe =
    (level: keyof Logger): Logger[keyof Logger] =>
    (message, ...details) => {
      try {
        logger[level](message, ...details);
      } catch {
        // A logger that fails cannot report its own error.
      }
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
