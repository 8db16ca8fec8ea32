import { setTimeout as delay } from 'node:timers/promises';
import { errorTexts } from '../error-texts.ts';
import { ClusterClient } from './cluster-client.ts';
import { type ClusterProcess, CPU_RESOLUTION } from './cluster-process.ts';

/** The calls of the clients of one application. */
export interface EchoMeasurement {
  readonly calls: number;
  /** The CPU time of all processes of the application for one call, in µs. */
  readonly cpuMicroseconds: number;
  readonly callsPerSecond: number;
}

const CLIENTS = 50;
const BROADCASTS = 200;

const connectClients = (url: string): Promise<ClusterClient[]> =>
  Promise.all(Array.from({ length: CLIENTS }, () => ClusterClient.connect(url)));

/** Measures calls: each of 50 clients has one call at a time. */
export async function measureEcho(
  cluster: ClusterProcess,
  seconds: number,
): Promise<EchoMeasurement> {
  const clients = await connectClients(cluster.url);
  let calls = 0;
  let isRunning = true;
  const callUntilStopped = async (client: ClusterClient): Promise<void> => {
    while (isRunning) {
      await client.call('echo', 'hello');
      calls += 1;
    }
  };
  const running = Promise.all(clients.map(callUntilStopped));
  // Let V8 compile the code before the measurement starts.
  await delay(seconds * 250);
  const before = { calls, cpu: cluster.readCpu(), time: performance.now() };
  await delay(seconds * 1000);
  const measuredCalls = calls - before.calls;
  const cpu = cluster.readCpu() - before.cpu;
  const elapsed = performance.now() - before.time;
  isRunning = false;
  await running;
  for (const client of clients) client.close();
  return {
    calls: measuredCalls,
    cpuMicroseconds: (cpu * 1000) / measuredCalls,
    callsPerSecond: measuredCalls / (elapsed / 1000),
  };
}

/**
 * Returns how many messages each worker receives from the primary process for one broadcast, except
 * for the worker of the sender, on average.
 */
export async function measureBroadcasts(cluster: ClusterProcess): Promise<number> {
  const clients = await connectClients(cluster.url);
  const [sender] = clients as [ClusterClient];
  const before = await readReceived(clients);
  for (let i = 0; i < BROADCASTS; i += 1) await sender.call('broadcast', 'hello');
  await Promise.all(clients.map(receiveAll));
  const after = await readReceived(clients);
  for (const client of clients) client.close();
  const total = [...after].reduce((sum, [pid, count]) => sum + count - (before.get(pid) ?? 0), 0);
  return total / (after.size - 1) / BROADCASTS;
}

async function receiveAll(client: ClusterClient): Promise<void> {
  while (client.broadcasts < BROADCASTS) {
    if (!client.isOpen) throw new Error(errorTexts.connectionClosed);
    await new Promise<void>((resolve) => {
      client.onBroadcast = resolve;
    });
  }
}

/** Returns the number of messages that each worker has received, by the id of its process. */
async function readReceived(clients: readonly ClusterClient[]): Promise<Map<number, number>> {
  const states = await Promise.all(clients.map((client) => client.call('state')));
  return new Map(states as [number, number][]);
}

/** The CPU time of idle processes, in ms for each second. */
export interface IdleMeasurement {
  readonly milliseconds: number;
  /** The smallest CPU time that the measurement can show, in ms for each second. */
  readonly resolution: number;
}

/** Measures the CPU time of idle workers and their primary process. */
export async function measureIdle(
  cluster: ClusterProcess,
  seconds: number,
): Promise<IdleMeasurement> {
  // Wait until the workers have finished starting.
  await delay(1000);
  const before = cluster.readCpu();
  await delay(seconds * 1000);
  return {
    milliseconds: (cluster.readCpu() - before) / seconds,
    resolution: CPU_RESOLUTION / seconds,
  };
}
