import { setTimeout } from 'node:timers/promises';
import { formatMegabytes, formatNumber, type LoadOutcome } from './load-outcome.ts';
import { LoadTest } from './load-test.ts';

/** How often an official client sends a ping, in ms. */
const PING_INTERVAL = 15_000;
/** After so long without data, an official client closes the connection, in ms. */
const SERVER_TIMEOUT = 30_000;
/** How much the memory in use may grow. */
const MAXIMUM_GROWTH = 0.05;

/** The settings of {@link runSteadyLoad}. */
export interface SteadyLoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** The time between two messages to half of the clients, in ms. */
  readonly messageInterval: number;
  /** The time between two calls of a client, in ms. */
  readonly callInterval: number;
  /** How long the load runs before the memory is measured, in s. */
  readonly warmUp: number;
  /** Called with the progress. */
  readonly onProgress?: (text: string) => void;
}

/** Holds many connections while messages flow: nothing is lost, and memory stays the same. */
export async function runSteadyLoad(options: SteadyLoadOptions): Promise<LoadOutcome> {
  const { connections, seconds, warmUp, onProgress = () => undefined } = options;
  const test = new LoadTest(connections);
  try {
    const { remote } = test.server;
    await test.start();
    await test.open(connections);
    onProgress(`${connections} connections are open.`);
    await remote.startSending(options.messageInterval);
    await test.forAll((clients) => clients.start(PING_INTERVAL, options.callInterval));
    await setTimeout(warmUp * 1000);
    const before = await remote.memory();
    const cpuBefore = await remote.cpu();
    for (let elapsed = 0; elapsed < seconds; elapsed += 30) {
      await setTimeout(Math.min(30, seconds - elapsed) * 1000);
      const { used, resident } = await remote.memory();
      onProgress(`${elapsed + 30} s: ${formatMegabytes(used)}, ${formatMegabytes(resident)} RSS`);
    }
    const sent = await remote.stopSending();
    const incomplete = await test.forAll((clients) => clients.finish(sent));
    const incompleteClients = incomplete.reduce((sum, count) => sum + count, 0);
    const after = await remote.memory();
    const cpu = ((await remote.cpu()) - cpuBefore) / seconds;
    const report = await test.report();
    const counts = await remote.counts();
    const growth = after.used / before.used - 1;
    const failures: [isFault: boolean, text: string][] = [
      [report.open !== connections, `${connections - report.open} connections were closed`],
      [counts.disconnected > 0, `the server closed ${counts.disconnected} connections`],
      [incompleteClients > 0, `${incompleteClients} clients miss messages or results`],
      [report.messages === 0, 'no message has arrived'],
      [report.calls === 0, 'no client has called the hub'],
      [report.lost > 0, `${report.lost} messages were lost, repeated or out of order`],
      [report.results !== report.calls, `${report.calls - report.results} calls without a result`],
      [
        report.longestSilence > SERVER_TIMEOUT,
        `a client received nothing for ${SERVER_TIMEOUT / 1000} s`,
      ],
      [growth > MAXIMUM_GROWTH, `the memory grew by ${formatPercent(growth)}`],
    ];
    return {
      tried: `${formatNumber(connections)} connections, ${formatNumber(seconds)} s, ${formatNumber(report.messages)} messages, ${formatNumber(report.calls)} calls`,
      outcome: `memory in use ${formatMegabytes(before.used)}, then ${formatMegabytes(after.used)} (${formatPercent(growth)}), RSS ${formatMegabytes(before.resident)}, then ${formatMegabytes(after.resident)}; longest silence ${(report.longestSilence / 1000).toFixed(1)} s; ${formatPercent(cpu)} of a core`,
      faults: failures.filter(([isFault]) => isFault).map(([, text]) => text),
    };
  } finally {
    await test.close();
  }
}

const formatPercent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;
