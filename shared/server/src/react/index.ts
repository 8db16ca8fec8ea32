export type { ConnectionStatus } from './connection-lifecycle.ts';
export {
  useHubConnection,
  type UsedHubConnection,
  type UseHubConnectionOptions,
} from './use-hub-connection.ts';
export { useHubEvent } from './use-hub-event.ts';
