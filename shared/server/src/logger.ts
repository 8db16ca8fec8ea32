import { inspect } from 'node:util';
import { errors } from './errors.ts';
import { isThenable } from './promises/is-thenable.ts';

/**
 * Receives the log messages of the server. `details` are errors and values that belong to the
 * message. They never contain access tokens. `console` is a logger. Other libraries need an
 * adapter, because they expect the details first. If a function throws, or returns a promise that
 * rejects, the message is lost and the server continues.
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

/**
 * Characters that end a line, move the cursor of a terminal or change the direction of text. A
 * client could forge lines of the log with them, or hide its own.
 */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A line feed that does not start an indented line, as those in the stack of an error do. */
const UNINDENTED = /\n(?![ }])/g;

const escape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Returns a text for the log on one line. Control characters are escaped, for example `\u000a`. */
export const toOneLine = (text: string): string => text.replace(CONTROLS, escape);

/** Escapes control characters of a text, except the line feeds before indented lines. */
function escapeDetail(detail: unknown): unknown {
  if (typeof detail !== 'string') return detail;
  return detail.replace(UNINDENTED, escape).split('\n').map(toOneLine).join('\n');
}

/** Returns what the console would print, with escaped control characters. */
const show = (detail: unknown): unknown =>
  typeof detail === 'string' ? detail : escapeDetail(inspect(detail));

const nothing = (): void => undefined;

const levels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Writes a message to the console. The console would replace a directive such as `%c` in the
 * message with the first detail, and names that clients choose contain such characters, for example
 * the path `/%c3%a4`.
 */
function writeToConsole(level: keyof Logger, message: string, details: readonly unknown[]): void {
  if (details.length > 0 && message.includes('%')) console[level]('%s', message, ...details);
  else console[level](message, ...details);
}

/** The default logger. It writes errors and warnings to the console and drops the rest. */
export const defaultLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (message, ...details) => writeToConsole('warn', message, details.map(show)),
  error: (message, ...details) => writeToConsole('error', message, details.map(show)),
};

/**
 * Returns a logger that ignores the errors of another logger, so that they do not stop the server,
 * and passes it each message on one line, whatever the names are that a client has chosen. Throws
 * if the value is not a logger, because its messages would be lost.
 */
export function safeLogger(logger: Logger): Logger {
  const functions = logger as Partial<Logger> | null;
  const missing = levels.find((level) => typeof functions?.[level] !== 'function');
  if (missing !== undefined) throw errors.loggerInvalid(missing);
  const safe =
    (level: keyof Logger): Logger[keyof Logger] =>
    (message, ...details) => {
      try {
        const line = toOneLine(message);
        const shown = details.map(escapeDetail);
        if (logger === console) {
          writeToConsole(level, line, shown);
          return;
        }
        const result: unknown = logger[level](line, ...shown);
        // The function may be async, although nobody waits for it.
        if (isThenable(result)) result.then(undefined, nothing);
      } catch {
        // A logger that fails cannot report its own error.
      }
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
