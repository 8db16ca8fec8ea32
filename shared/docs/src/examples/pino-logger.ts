import type { Logger } from '@practical-signalr/server';
import type { Logger as Pino } from 'pino';

/** Returns a logger that passes the messages of the server to pino. */
export function pinoLogger(pino: Pino): Logger {
  const write =
    (level: keyof Logger) =>
    (message: string, ...details: unknown[]) => {
      // pino prints the message and the stack of an error only if it is the field `err`.
      const err = details.find((detail) => detail instanceof Error);
      pino[level]({ err, details: details.filter((detail) => detail !== err) }, message);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
