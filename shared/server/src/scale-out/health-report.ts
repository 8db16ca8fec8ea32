/**
 * The health of a server or of one part of it. `Degraded` means that the server serves its own
 * clients, but does not reach other servers. Source: `HealthStatus` of ASP.NET Core.
 */
export type HealthStatus = 'Healthy' | 'Degraded' | 'Unhealthy';

/** The health of one hub and its scale-out. Source: `HealthReportEntry` of ASP.NET Core. */
export interface HealthReportEntry {
  readonly status: HealthStatus;
  /** Describes the problem. Contains no secrets. */
  readonly description?: string;
  /**
   * Figures by name. Always `scaleOut` (`none`, `workers`, `redis`, `azure` or the name of your
   * own) and `connections`, the number of clients that are connected to this server. The other
   * figures depend on the scale-out. Counts are since the start, times are in ms.
   */
  readonly data: Readonly<Record<string, number | string>>;
}

/**
 * The health of a server. Source: `HealthReport` of ASP.NET Core.
 * @example
 * const { status, entries } = signalr.health();
 * if (status !== 'Healthy') console.warn(entries['ChatHub']?.description);
 */
export interface HealthReport {
  /** The worst status of all entries. `Unhealthy` if the server closes. */
  readonly status: HealthStatus;
  /** The entries by the name of the hub. */
  readonly entries: Readonly<Record<string, HealthReportEntry>>;
}
