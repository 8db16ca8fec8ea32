export type { HubLifetimeManager, HubLifetimeManagerFactory, LifetimeConnection } from './hub-lifetime-manager.ts';
export { LocalLifetimeManager } from './local-lifetime-manager.ts';
export { SharedMessage } from './shared-message.ts';
