import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceSections } from '@practical-signalr/lesson-kit/generated-sections';
import { repositoryFolder } from '../folders.ts';
import type { MachineDescription } from '../results/results.ts';
import { formatNumber } from '../report/format-number.ts';
import { formatTable } from '../report/format-table.ts';
import { cpuParts } from './cpu-parts.ts';
import type { ProfiledWorkload } from './profile-workloads.ts';

/** The page of the documentation with the profiles. */
const page = join(repositoryFolder, 'shared/docs/explanation/profiles.md');

/** Returns a table in Markdown: the CPU time per unit of each part, in µs. */
export function formatProfiles(
  profiles: readonly ProfiledWorkload[],
  { processor, cores }: Pick<MachineDescription, 'processor' | 'cores'>,
): string {
  const names = [...new Set(profiles.map(({ workload }) => workload))];
  const rows = names.flatMap((name) => profiles.filter(({ workload }) => workload === name));
  const header = ['workload', 'server', 'µs per unit', ...cpuParts.map(nameOf)];
  const table = formatTable(
    header,
    rows.map(({ workload, unit, peer, cpuMicroseconds, shares }) => [
      `${workload}, ${unit}`,
      peer,
      formatNumber(cpuMicroseconds),
      ...cpuParts.map((part) => formatPart(shares[part] * cpuMicroseconds)),
    ]),
  );
  return `${table}\n\nMachine: ${processor}, ${cores} cores, Node ${process.versions.node}.`;
}

const nameOf = (part: string): string => (part === 'ws' ? '`ws`' : part);
const formatPart = (microseconds: number): string =>
  microseconds === 0 ? '0' : formatNumber(microseconds);

/** Writes the table to the documentation. */
export function writeProfiles(table: string): void {
  writeFileSync(page, replaceSections(readFileSync(page, 'utf8'), { profiles: table }));
}
