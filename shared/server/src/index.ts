export {
  SignalRServer,
  type HubFactory,
  type RouterOptions,
  type ServerCloseOptions,
} from './hosting/signalr-server.ts';
export type { HubContext } from './hub-context/hub-context.ts';
export type {
  CloseOptions,
  RemoteClientManager,
  RemoteHubClients,
  RemoteHubContext,
  RemoteUserGroups,
} from './hub-context/remote-hub-context.ts';
export type { UnmappedUpgrades, UpgradeServer } from './hosting/upgrades/server-upgrades.ts';
export type { AttachOptions } from './hosting/upgrades/upgrade-handler.ts';
export type {
  ClientConnection,
  ConnectionHandler,
} from './hosting/connection/client-connection.ts';
export type { RequestHandler } from './hosting/http-handler.ts';
export { type ClientOf, Hub } from './hubs/hub.ts';
export { HubError } from './hub-error.ts';
export type { HubCallerContext } from './hubs/hub-caller-context.ts';
export type {
  ClientProxy,
  GroupManager,
  HubCallerClients,
  HubClients,
  SingleClientProxy,
} from './hubs/hub-clients.ts';
export type {
  MethodArguments,
  MethodName,
  MethodResult,
  UntypedClient,
} from './hubs/client-contract.ts';
export type { ClientResultSchemas } from './hubs/client-results.ts';
export type {
  ConnectionClosedEvent,
  ConnectionOpenedEvent,
  InvocationFailedEvent,
} from './hubs/connection/diagnostics.ts';
export type { HubFilter, HubInvocationContext, HubLifetimeContext } from './hubs/hub-filter.ts';
export { bytes } from './hubs/bytes-schema.ts';
export { stream, streamOf, type StreamParameter } from './hubs/streams/stream-parameter.ts';
export type { AllowedOrigins } from './authentication/allowed-origins.ts';
export { jwtBearer } from './authentication/jwt-bearer.ts';
export type {
  AuthenticationFailedContext,
  ChallengeContext,
  JwtBearerEvents,
  JwtBearerOptions,
  MessageReceivedContext,
  TokenValidatedContext,
} from './authentication/jwt-bearer-options.ts';
export type {
  JwtAlgorithm,
  JwtHeader,
  VerificationKey,
} from './authentication/verification-key.ts';
export type { ExpressApp } from './authentication/express-app.ts';
export {
  requestUser,
  type RequestUserOptions,
  type UpgradeMiddleware,
} from './authentication/request-user.ts';
export type {
  AuthenticateResult,
  AuthenticationContext,
  AuthenticationHandler,
} from './authentication/authentication-handler.ts';
export type { AuthenticationRefresh } from './authentication/authentication-refresh.ts';
export type { AuthenticationTicket } from './connections/authentication-ticket.ts';
export type {
  AuthorizationContext,
  AuthorizationRule,
  Authorize,
} from './authentication/authorization.ts';
export type { ClaimsPrincipal } from './connections/claims-principal.ts';
export type {
  ArgumentType,
  CompleteHubMethods,
  HubMethodName,
  HubMethodOptions,
  HubMethods,
} from './hubs/hub-method-options.ts';
export type { UserIdProvider, UserIdRequest } from './hubs/user-id-provider.ts';
export type {
  LongPollingOptions,
  MapConnectionOptions,
  MapHubOptions,
  SharedOptions,
  SignalRServerOptions,
} from './server-options.ts';
export type { ConnectionTokenOptions } from './connections/tokens/connection-token-options.ts';
export type { ConnectionForwarder } from './connection-forwarder.ts';
export { type ConnectionRequest, QueryParameters } from './connections/connection-request.ts';
export type { TransportName } from './transport-name.ts';
export type { HealthReport, HealthReportEntry, HealthStatus } from './scale-out/health-report.ts';
export {
  type HealthReportSource,
  healthRouter,
  type HealthRouterOptions,
} from './hosting/health/health-router.ts';
export { forwardedAddress, type ForwardedAddressOptions } from './limits/client-address.ts';
export type { ClientLimits, RateLimit, RateMessages } from './limits/client-limits.ts';
export type {
  HubPresence,
  PresenceChange,
  PresenceFilter,
  PresenceListener,
  PresenceLists,
  PresencePage,
  PresencePageOptions,
  PresentConnection,
} from './scale-out/hub-presence.ts';
export { type LocalPresence, localPresence } from './scale-out/local-presence.ts';
export type { Logger } from './logger.ts';
export { JsonHubProtocol, MessagePackHubProtocol } from '@practical-signalr/protocol';
export type {
  HubProtocol,
  JsonHubProtocolOptions,
  MessagePackHubProtocolOptions,
  MessagePackPayloadSerializer,
  PayloadSerializer,
} from '@practical-signalr/protocol';
