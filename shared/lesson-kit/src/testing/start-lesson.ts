import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errors } from '../errors.ts';
import { entryOf, nodeArguments, PRODUCTION } from '../run/run-lesson.ts';
import { buildPage } from './build-page.ts';
import { freePort } from '../run/free-port.ts';

/** The options of {@link startLesson}. */
export interface StartLessonOptions {
  /** Build the page and serve the result. Default: serve the page from its sources. */
  readonly production?: boolean;
  /** Arguments of server/main.ts, for example `--block-upgrade`. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** 0: the system chooses it. Default: a free port that it assigns to nothing else. */
  readonly port?: number;
}

/** A lesson that runs on a random port. */
export interface RunningLesson {
  readonly url: string;
  readonly port: number;
  /** Returns the last 10,000 characters of its output. */
  output(): string;
  /** Stops it like Ctrl-C. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the lesson in `folder` and waits until it is ready. */
export async function startLesson(
  folder: string,
  options: StartLessonOptions = {},
): Promise<RunningLesson> {
  const { production = false, args = [], env = {}, port = await freePort() } = options;
  const page = production ? await buildPage(folder) : undefined;
  const child = spawn(
    process.execPath,
    [...nodeArguments, entryOf(folder), ...(production ? [PRODUCTION] : []), ...args],
    {
      cwd: folder,
      env: {
        ...process.env,
        LESSON_DIST: page?.dist,
        PORT: String(port),
        NODE_OPTIONS: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = once(child, 'close') as Promise<[number | null]>;
  void ended.then(() => page?.remove());
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-10_000);
      const [, address] = /is ready: open (http:\/\/localhost:\d+) /.exec(output) ?? [];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', () => reject(errors.lessonStopped(output)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    output: () => output,
    async stop() {
      child.kill('SIGINT');
      const [code] = await ended;
      return code;
    },
  };
}
