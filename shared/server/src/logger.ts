/** Where the server reports. `console` fits, and so does `pino`. Access tokens never get here. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

const nothing = (): void => undefined;

/** Says only what someone should look at: errors and warnings go to the console, the rest nowhere. */
export const defaultLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (message, ...details) => console.warn(message, ...details),
  error: (message, ...details) => console.error(message, ...details),
};

/** A logger that fails must not bring down what it reports on. */
export function safeLogger(logger: Logger): Logger {
  const safe =
    (level: keyof Logger): Logger[keyof Logger] =>
    (message, ...details) => {
      try {
        logger[level](message, ...details);
      } catch {
        // There is nobody left to tell.
      }
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
