export { findService, type FoundService } from './find-service.ts';
export { startEmulator, type Emulator } from './start-emulator.ts';
export {
  DEFAULT_ACCESS_KEY,
  DEFAULT_PORT,
  type EmulatorOptions,
  type ServiceMode,
} from './emulator-options.ts';
export type { ServiceHub } from './hubs/service-hub.ts';
export type { EntraIssuer } from './tokens/entra-check.ts';
export type { UpstreamTemplate } from './serverless/upstream-template.ts';
export type {
  ClientStatus,
  EmulatorStatus,
  HubStatus,
  ServerStatus,
} from './status/emulator-status.ts';
