import type { HealthReportEntry } from '@practical-signalr/server/scale-out';

/** Adds the first problem of an optional part to the health of a connection that works. */
export function degradeHealth(
  entry: HealthReportEntry,
  problems: Readonly<Record<string, string | undefined>>,
): HealthReportEntry {
  if (entry.status !== 'Healthy') return entry;
  for (const [part, problem] of Object.entries(problems)) {
    if (problem !== undefined)
      return { ...entry, status: 'Degraded', description: `${part}: ${problem}` };
  }
  return entry;
}
