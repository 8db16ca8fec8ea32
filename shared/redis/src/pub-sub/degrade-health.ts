import type { HealthReportEntry } from '@practical-signalr/server/scale-out';

/** Adds the problems of optional parts to the health of a connection that works. */
export function degradeHealth(
  entry: HealthReportEntry,
  problems: Readonly<Record<string, string | undefined>>,
): HealthReportEntry {
  if (entry.status !== 'Healthy') return entry;
  const descriptions = Object.entries(problems).flatMap(([part, problem]) =>
    problem === undefined ? [] : [`${part}: ${problem}`],
  );
  if (descriptions.length === 0) return entry;
  return { ...entry, status: 'Degraded', description: descriptions.join(' ') };
}
