import { readFileSync, writeFileSync } from 'node:fs';
import { replaceSections } from '@practical-signalr/lesson-kit/generated-sections';
import { costs } from '../model/costs.ts';
import type { FleetOptions } from '../model/fleet.ts';
import { formatReport, scenarioNames } from './format-report.ts';
import { overloads, reportOverload } from './overload-report.ts';
import { reportScale, sizes } from './scale-report.ts';
import { formatNumber, formatTable } from './table.ts';

/** The page with the results. */
export const pageFile = new URL('../../../docs/explanation/scale.md', import.meta.url);

/** The generated sections of the page. */
export const sectionNames = ['costs', 'example', 'overload', 'scale'] as const;
type SectionName = (typeof sectionNames)[number];

/** The example on the page. A test compares it with the simulator. */
export const example: FleetOptions = {
  seed: 1,
  servers: 3,
  connections: 3000,
  groups: 30,
  backplane: 'redis',
};

/** Returns the table of the assumptions. */
export const formatCosts = (): string =>
  formatTable(
    ['assumption', 'value'],
    [
      ['one-way latency between a server and Redis', `${costs.networkLatency} ms`],
      ['one-way latency between two workers', `${costs.workerLatency} ms`],
      ['network card', `${formatNumber((costs.bytesPerMillisecond * 8) / 1e6)} Gbit/s`],
      ['Redis: CPU of a PUBLISH', `${costs.redisPublish * 1000} µs`],
      ['Redis: CPU of each message to a subscriber', `${costs.redisDelivery * 1000} µs`],
      ['Redis: CPU of a SUBSCRIBE', `${costs.redisSubscribe * 1000} µs`],
      ['server: CPU to accept a client', `${costs.serverConnect * 1000} µs`],
      ['server: CPU of a message to one client', `${costs.serverDelivery * 1000} µs`],
      ['a client abandons a connection attempt after', `${costs.connectTimeout / 1000} s`],
      ['a new server starts in', `${costs.serverStart / 1000} s`],
    ],
  );

/** Runs all simulations of the page and writes their results to it. */
export async function writeDocs(log: (line: string) => void): Promise<void> {
  const sections: Record<SectionName, string> = {
    costs: formatCosts(),
    example: await formatReport(example, scenarioNames),
    overload: await reportOverload(overloads),
    scale: await reportScale(sizes, log),
  };
  writeFileSync(pageFile, replaceSections(readFileSync(pageFile, 'utf8'), sections));
}
