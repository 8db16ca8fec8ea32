import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '@practical-signalr/lesson-kit';
import { afterEach, describe, expect, test } from 'vitest';
import { listensOn } from './listens-on.ts';
import { ServerProcess } from './server-process.ts';

const LISTEN = "require('node:net').createServer().listen(process.argv[1], '127.0.0.1')";
const run = (script: string) => (port: number) => [
  process.execPath,
  '-e',
  script,
  '--',
  String(port),
];
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanup.splice(0)) await each();
});

async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

// The servers of the benchmark are found in /proc.
describe.runIf(process.platform === 'linux')('a server process', () => {
  test('listens, and stops', async () => {
    const server = await ServerProcess.start(run(LISTEN), undefined);
    cleanup.push(() => server.stop());
    expect(server.isRunning).toBe(true);
    expect(listensOn(server.pid, server.port)).toBe(true);
    await server.stop();
    expect(server.isRunning).toBe(false);
    expect(listensOn(server.pid, server.port)).toBe(false);
  });

  test('gets another port if another process has taken the first one', async () => {
    const ports = [await occupyPort(), await freePort()];
    const [taken, free] = ports;
    const findPort = (): Promise<number> => Promise.resolve(ports.shift() as number);
    const server = await ServerProcess.start(run(LISTEN), undefined, findPort);
    cleanup.push(() => server.stop());
    expect(server.port).toBe(free);
    expect(listensOn(process.pid, taken as number)).toBe(true);
    expect(listensOn(server.pid, taken as number)).toBe(false);
  });

  test('fails if all ports are in use, with what it printed', async () => {
    const port = await occupyPort();
    const start = ServerProcess.start(run(LISTEN), undefined, () => Promise.resolve(port));
    await expect(start).rejects.toThrow(/^The process exited\. It printed: [^]*EADDRINUSE/);
  });

  test('fails if it exits, and is not started again', async () => {
    let starts = 0;
    const create = (port: number): string[] => {
      starts++;
      return run("console.log('no license')")(port);
    };
    await expect(ServerProcess.start(create, undefined)).rejects.toThrow(
      'The process exited. It printed: no license',
    );
    expect(starts).toBe(1);
  });
});
