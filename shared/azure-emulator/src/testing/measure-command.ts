import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LoadClient } from './load-client.ts';
import type { Question } from './measured-process.ts';

// Run: node shared/azure-emulator/dist/testing/measure-command.js
// Compares an app behind the emulator with the same app that serves its clients directly, and
// prints
// ratios. Each part is a process of its own; this process generates the load.
const CLIENTS = 1000;
const BROADCASTS = 200;
const ECHOES = 2000;
const OPENED = 10_000;
const ROUNDS = 5;
const payload = 'x'.repeat(100);

interface Measured {
  readonly address: string;
  ask(question: Question): Promise<number>;
  end(): void;
}

async function start(...args: string[]): Promise<Measured> {
  const file = fileURLToPath(new URL('measured-process.js', import.meta.url));
  const child: ChildProcess = fork(file, args, { execArgv: ['--expose-gc'] });
  const message = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (value) => resolve(value as T)));
  const address = await message<string>();
  return {
    address,
    ask(question) {
      const answer = message<number>();
      child.send(question);
      return answer;
    },
    end: () => child.disconnect(),
  };
}

/** Opens `count` clients, 50 at a time. */
async function connect(app: string, isDirect: boolean, count: number): Promise<LoadClient[]> {
  const clients: LoadClient[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(50, count - clients.length) }, () =>
      LoadClient.connect(app, isDirect),
    );
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

/**
 * Returns the CPU time of the app in µs for each delivery in a burst, for each delivery one by one
 * and for each echo, and the median time of an echo in ms.
 */
async function measureLoad(app: Measured, isDirect: boolean): Promise<number[]> {
  const clients = await connect(app.address, isDirect, CLIENTS);
  const [first] = clients as [LoadClient];
  const cpu: number[] = [];
  let sent = 0;
  const broadcast = async (times: number, count: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await first.invoke('Broadcast', count, payload);
      sent += count;
      await allGot(clients, sent);
    }
    cpu.push(await app.ask('cpu'));
  };
  await broadcast(1, BROADCASTS); // warm
  await broadcast(1, BROADCASTS);
  await broadcast(BROADCASTS, 1);
  const times: number[] = [];
  for (let i = 0; i < ECHOES; i++) {
    const since = performance.now();
    await (clients[i % CLIENTS] as LoadClient).invoke('Echo', payload);
    times.push(performance.now() - since);
  }
  cpu.push(await app.ask('cpu'));
  await Promise.all(clients.map((client) => client.close()));
  const [warm = 0, burst = 0, steps = 0, echoes = 0] = cpu;
  const deliveries = BROADCASTS * CLIENTS;
  return [
    (burst - warm) / deliveries,
    (steps - burst) / deliveries,
    (echoes - steps) / ECHOES,
    median(times),
  ];
}

async function allGot(clients: readonly LoadClient[], count: number): Promise<void> {
  while (clients.some(({ calls }) => calls < count))
    await new Promise((resolve) => setImmediate(resolve));
}

/** Returns by how many bytes per client the heap grows after clients connected and disconnected. */
async function measureMemory(parts: readonly Measured[], app: string): Promise<number[]> {
  const openAndClose = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 50) {
      await Promise.all((await connect(app, false, 50)).map((client) => client.close()));
    }
  };
  await openAndClose(2000); // warm
  const before = await Promise.all(parts.map((part) => part.ask('heap')));
  await openAndClose(OPENED);
  const after = await Promise.all(parts.map((part) => part.ask('heap')));
  return after.map((heap, i) => (heap - (before[i] as number)) / OPENED);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const emulator = await start('emulator');
const apps = { direct: await start('direct'), azure: await start('azure', emulator.address) };
while ((await fetch(`${apps.azure.address}/bench/negotiate`, { method: 'POST' })).status !== 200);
const ratios: number[][] = [[], [], [], []];
for (let round = 0; round < ROUNDS; round++) {
  const direct = await measureLoad(apps.direct, true);
  const behind = await measureLoad(apps.azure, false);
  for (const [i, figures] of ratios.entries())
    figures.push((behind[i] as number) / (direct[i] as number));
}
const names = [
  'CPU of the app per delivery, in bursts',
  'CPU of the app per delivery, one by one',
  'CPU of the app per echo',
  'median time of an echo',
];
for (const [i, name] of names.entries()) {
  const figures = ratios[i] as number[];
  console.log(
    `${name}, behind the emulator ÷ direct: ${median(figures).toFixed(3)} (${figures.map((one) => one.toFixed(3)).join(', ')})`,
  );
}
const [ofApp = 0, ofEmulator = 0] = await measureMemory([apps.azure, emulator], apps.azure.address);
console.log(
  `left by each of ${OPENED} clients: ${ofApp.toFixed(1)} bytes in the app, ${ofEmulator.toFixed(1)} in the emulator`,
);
for (const part of [apps.azure, apps.direct, emulator]) part.end();
