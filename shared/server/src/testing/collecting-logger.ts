import { inspect } from 'node:util';
import type { Logger } from '../logger.ts';

/** Keeps every line of every level, as a log file would show it. */
export class CollectingLogger implements Logger {
  readonly lines: string[] = [];

  /** Returns the lines of one level, without the level. */
  linesOf(level: keyof Logger): string[] {
    return this.lines
      .filter((line) => line.startsWith(`${level} `))
      .map((line) => line.slice(level.length + 1));
  }

  debug(...line: unknown[]): void {
    this.#keep('debug', line);
  }
  info(...line: unknown[]): void {
    this.#keep('info', line);
  }
  warn(...line: unknown[]): void {
    this.#keep('warn', line);
  }
  error(...line: unknown[]): void {
    this.#keep('error', line);
  }

  #keep(level: string, line: unknown[]): void {
    const texts = line.map((part) =>
      typeof part === 'string' ? part : inspect(part, { depth: 10 }),
    );
    this.lines.push([level, ...texts].join(' '));
  }
}
