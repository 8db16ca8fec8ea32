export { OpenTelemetryFilter } from './open-telemetry-filter.ts';
