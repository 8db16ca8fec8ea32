export type {
  AuthenticationRefreshedContext,
  AuthenticationRefreshFailedContext,
  AuthenticationRefreshOptions,
} from './authentication-refresh.ts';
export {
  type ClientArguments,
  type ClientHandler,
  type InvokeName,
  type StreamName,
  typed,
  type TypedConnection,
} from './typed.ts';
export type { MethodArguments, MethodName, MethodResult } from '../hubs/client-contract.ts';
export {
  type RefreshingHubConnection,
  type RefreshingHubConnectionBuilder,
  withAuthenticationRefresh,
} from './with-authentication-refresh.ts';
export {
  type RecoveringHubConnection,
  type RecoveringHubConnectionBuilder,
  type RecoveryResult,
  withRecovery,
} from './with-recovery.ts';
export type { RecoveryFailure } from './recovery-messages.ts';
