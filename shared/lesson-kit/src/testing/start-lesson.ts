import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errorTexts } from '../error-texts.ts';
import { freePort } from './free-port.ts';

/** A lesson that runs as its readers run it, on a random port. */
export interface RunningLesson {
  readonly url: string;
  /** Ends it as Ctrl-C does; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the lesson in `folder` and waits until it says that it is ready. */
export async function startLesson(folder: string): Promise<RunningLesson> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--conditions=@practical-signalr/source', '--import=tsx', 'server/main.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-10_000);
      if (output.includes('is ready')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(errorTexts.lessonEnded(output))));
  });
  return {
    url: `http://localhost:${port}`,
    async stop() {
      child.kill('SIGINT');
      const [code] = await ended;
      return code;
    },
  };
}
