import type { ServerActivity } from '../../hubs/server-activity.ts';
import type { Logger } from '../../logger.ts';
import type { HealthReport } from '../../scale-out/health-report.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { MappedHub } from '../mapped-hub.ts';

/** A hub class of a server, with all its paths. */
export interface ServedHub {
  readonly name: string;
  readonly lifetime: HubLifetimeManager;
  readonly paths: readonly MappedHub[];
}

/** The parts of a server that the admin page reads. */
export interface ServerInternals {
  readonly activity: ServerActivity;
  readonly logger: Logger;
  /** Returns the hubs that are mapped now. */
  hubs(): readonly ServedHub[];
  health(): HealthReport;
}

const internals = new WeakMap<object, ServerInternals>();

/** Keeps the internals of a server, as long as the server exists. */
export function setInternals(server: object, parts: ServerInternals): void {
  internals.set(server, parts);
}

/** Returns the internals of a server. Undefined if the value is not a `SignalRServer`. */
export const internalsOf = (server: unknown): ServerInternals | undefined =>
  typeof server === 'object' && server !== null ? internals.get(server) : undefined;
