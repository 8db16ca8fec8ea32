import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Response = { readonly id: number; readonly value?: unknown; readonly error?: string };

type Implementation = (...args: readonly unknown[]) => unknown;

/** The functions that a process offers. */
type Methods<T> = { readonly [K in keyof T]: (...args: never[]) => unknown };

/** Functions that run in a child process. Arguments and results are sent as JSON. */
export type Remote<T extends Methods<T>> = {
  readonly [K in keyof T]: (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>;
};

/** A child process that offers functions. */
export interface ForkedProcess<T extends Methods<T>> {
  readonly pid: number;
  readonly remote: Remote<T>;
  close(): Promise<void>;
}

/**
 * Starts a TypeScript file as a child process. The file must call {@link serveParent}.
 * @param openFiles how many files the process may open. Default: as many as this process.
 */
export function forkProcess<T extends Methods<T>>(url: URL, openFiles?: number): ForkedProcess<T> {
  const flags = ['--conditions=@practical-signalr/source', '--import=tsx', '--expose-gc'];
  const command = [process.execPath, ...flags, fileURLToPath(url)];
  const [file = '', ...args] =
    openFiles === undefined
      ? command
      : ['sh', '-c', `ulimit -n ${openFiles} && exec "$0" "$@"`, ...command];
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const pending = new Map<number, (response: Response) => void>();
  let lastId = 0;
  let stopReason: string | undefined;
  const failPending = (reason: string): void => {
    stopReason ??= reason;
    for (const [id, settle] of pending) settle({ id, error: stopReason });
  };
  child.on('message', (response: Response) => pending.get(response.id)?.(response));
  child.once('exit', (code, signal) =>
    failPending(`${url.pathname} has exited with ${code ?? signal} before it answered.`),
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.on('error', ({ message }) => {
      failPending(`${url.pathname} could not be started: ${message}.`);
      if (child.pid === undefined) resolve();
    });
  });
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastId++;
      const id = lastId;
      pending.set(id, ({ value, error }) => {
        pending.delete(id);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      if (stopReason !== undefined) failPending(stopReason);
      // The process may exit between these two lines. Then its exit is the reason, not this error.
      else child.send({ id, method, args }, () => undefined);
    });
  const remote = new Proxy({} as Remote<T>, {
    get:
      (_target, method) =>
      (...args: unknown[]) =>
        call(String(method), args),
  });
  return {
    pid: child.pid as number,
    remote,
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Offers functions to the parent process. The process ends with its parent. */
export function serveParent<T extends Methods<T>>(methods: T): void {
  const run = async ({ id, method, args }: Request): Promise<Response> => {
    try {
      const implementation = methods[method as keyof T] as unknown as Implementation;
      return { id, value: await implementation(...args) };
    } catch (error) {
      return { id, error: (error as Error).stack ?? String(error) };
    }
  };
  process.on('message', (request: Request) => {
    void run(request).then((response) => process.send?.(response));
  });
  process.on('disconnect', () => process.exit());
}
