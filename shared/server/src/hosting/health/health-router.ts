import type { ServerResponse } from 'node:http';
import { splitTarget } from '../../connections/connection-request.ts';
import { answer } from '../../connections/http-answer.ts';
import { logMessages } from '../../log-messages.ts';
import { defaultLogger } from '../../logger.ts';
import type { HealthReport, HealthStatus } from '../../scale-out/health-report.ts';
import type { RequestHandler } from '../http-handler.ts';

/** A source of health reports. `SignalRServer` is one. */
export interface HealthReportSource {
  health(): HealthReport;
}

/** Options of {@link healthRouter}. */
export interface HealthRouterOptions {
  /**
   * Whether the response is the whole report as JSON, with the figures of each hub. It contains no
   * secrets, but names hubs and numbers of clients, so do not show it to everyone. Default: false.
   * The response is the status as text.
   */
  readonly detail?: boolean;
}

/** Source: `HealthCheckOptions.ResultStatusCodes` of ASP.NET Core. */
const statusCodes: Readonly<Record<HealthStatus, number>> = {
  Healthy: 200,
  Degraded: 200,
  Unhealthy: 503,
};

/** Source: `HealthCheckMiddleware` of ASP.NET Core. */
const noCache = {
  'Cache-Control': 'no-store, no-cache',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

/** A process that responds is alive, whatever the state of its scale-out. */
const alive: HealthReport = { status: 'Healthy', entries: {} };

/**
 * Returns a request handler for health checks, for `app.use()` of express or for `createServer()`:
 *
 * - `/live` is always healthy. Use it as a liveness probe: it reports that the process responds.
 * - `/ready` and `/` report `signalr.health()`. Use `/ready` as a readiness probe.
 *
 * The status is 200 for `Healthy` and `Degraded`, and 503 for `Unhealthy`. A server is `Degraded`
 * while it serves its own clients and does not reach other servers. It is `Unhealthy` while it
 * closes, or while Azure SignalR Service cannot be reached. All other paths go to `next`.
 * Source: `MapHealthChecks` and the default response writer of ASP.NET Core.
 * @example
 * app.use('/health', healthRouter(signalr)); // GET /health/ready
 */
export function healthRouter(
  signalr: HealthReportSource,
  { detail = false }: HealthRouterOptions = {},
): RequestHandler {
  return (request, anyResponse, next) => {
    // The compatibility API of HTTP/2 has all members that are used here.
    const response = anyResponse as ServerResponse;
    const { path } = splitTarget(request.url ?? '/');
    const report = findReport(signalr, path.toLowerCase());
    if (report === undefined) {
      if (next === undefined) answer(response, 404);
      else next();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, '', { Allow: 'GET, HEAD' });
      return;
    }
    const type = detail ? 'application/json' : 'text/plain';
    const body = detail ? JSON.stringify(report) : report.status;
    answer(response, statusCodes[report.status], body, { 'Content-Type': type, ...noCache });
  };
}

/** As in ASP.NET Core, case and a trailing slash do not matter. */
function findReport(signalr: HealthReportSource, path: string): HealthReport | undefined {
  const name = path.replace(/\/$/, '');
  if (name === '/live') return alive;
  if (name !== '' && name !== '/ready') return undefined;
  try {
    return signalr.health();
  } catch (error) {
    // Source: `DefaultHealthCheckService` of ASP.NET Core. A check that throws is unhealthy.
    defaultLogger.error(logMessages.healthFailed, error);
    return { status: 'Unhealthy', entries: {} };
  }
}
