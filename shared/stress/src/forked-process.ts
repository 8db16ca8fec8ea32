import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  const exited = once(child, 'exit');
  const pending = new Map<number, (response: Response) => void>();
  let lastId = 0;
  child.on('message', (response: Response) => pending.get(response.id)?.(response));
  let exitError: string | undefined;
  child.once('exit', (code, signal) => {
    exitError = `${url.pathname} has exited (${signal ?? code}) and does not answer.`;
    for (const [id, settle] of pending) settle({ id, error: exitError });
  });
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (exitError !== undefined) {
        reject(new Error(exitError));
        return;
      }
      lastId++;
      const id = lastId;
      pending.set(id, ({ value, error }) => {
        pending.delete(id);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.send({ id, method, args });
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
      await exited;
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
