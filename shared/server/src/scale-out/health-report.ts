/**
 * The health of a server or of one part of it. `Degraded` means that the server serves its own
 * clients, but does not reach other servers. Source: `HealthStatus` of ASP.NET Core.
 */
export type HealthStatus = 'Healthy' | 'Degraded' | 'Unhealthy';

/** The health of one hub's scale-out. Source: `HealthReportEntry` of ASP.NET Core. */
export interface HealthReportEntry {
  readonly status: HealthStatus;
  /** Describes the problem. Contains no secrets. */
  readonly description?: string;
  /** Figures of the scale-out, by name. Counts are since the start, times are in ms. */
  readonly data: Readonly<Record<string, number | string>>;
}

/**
 * The health of a server. Source: `HealthReport` of ASP.NET Core.
 * @example
 * app.get('/health', (_request, response) => {
 *   const report = signalr.health();
 *   response.status(report.status === 'Unhealthy' ? 503 : 200).json(report);
 * });
 */
export interface HealthReport {
  /** The worst status of all entries. `Healthy` if there are none. */
  readonly status: HealthStatus;
  /** The entries by the name of the hub class. Hubs without scale-out have none. */
  readonly entries: Readonly<Record<string, HealthReportEntry>>;
}
