/** Source: `HealthStatus` of ASP.NET Core. Degraded: serves its own clients, does not reach other servers. */
export type HealthStatus = 'Healthy' | 'Degraded' | 'Unhealthy';

/** The health of one part. Source: `HealthReportEntry` of ASP.NET Core. */
export interface HealthReportEntry {
  readonly status: HealthStatus;
  /** What is wrong, as a sentence without secrets. */
  readonly description?: string;
  /** Figures: counts since the start, times in ms. */
  readonly data: Readonly<Record<string, number | string>>;
}

/** The health of a server: the worst of its parts. Source: `HealthReport` of ASP.NET Core. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** By the name of the hub class. */
  readonly entries: Readonly<Record<string, HealthReportEntry>>;
}
