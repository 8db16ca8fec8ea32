import { EventEmitter, once } from 'node:events';
import type { Logger, ScaleOutHub } from '@practical-signalr/server/scale-out';
import { suiteHub } from '@practical-signalr/server/lifetime-suite';

/** A hub whose log messages a test can wait for. */
export class LoggedHub {
  readonly hub: ScaleOutHub;
  readonly lines: string[] = [];
  readonly #events = new EventEmitter();

  constructor(hubName = 'ChatHub') {
    const log = (message: string): void => {
      this.lines.push(message);
      this.#events.emit('line');
    };
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    this.hub = { ...suiteHub(), hubName, logger };
  }

  /** Waits for the first line that matches, starting at the line with the index `since`. */
  async logged(pattern: RegExp, since = 0): Promise<string> {
    for (;;) {
      const line = this.lines.slice(since).find((text) => pattern.test(text));
      if (line !== undefined) return line;
      await once(this.#events, 'line');
    }
  }

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }
}
