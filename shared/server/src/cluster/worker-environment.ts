/** What a worker knows when it starts. The primary process passes it in environment variables. */
export interface WorkerEnvironment {
  /** The key of the connection tokens. A random string that only the workers of one pool know. */
  readonly key: string;
  /** The folder of the private sockets. Only the user of the process can open it. */
  readonly folder: string;
}

const KEY = 'PRACTICAL_SIGNALR_WORKER_KEY';
const FOLDER = 'PRACTICAL_SIGNALR_WORKER_FOLDER';

/** Returns the environment variables of a worker. */
export const writeWorkerEnvironment = ({ key, folder }: WorkerEnvironment): NodeJS.ProcessEnv => ({
  [KEY]: key,
  [FOLDER]: folder,
});

/** Reads the variables and removes them, so that child processes of the application have no key. */
export function takeWorkerEnvironment(): WorkerEnvironment {
  const { [KEY]: key = '', [FOLDER]: folder = '' } = process.env;
  delete process.env[KEY];
  delete process.env[FOLDER];
  return { key, folder };
}
