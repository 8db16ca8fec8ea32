import type { HubProtocol } from '@practical-signalr/protocol';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../authentication/authorization.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { Logger } from '../logger.ts';
import type { HubFilter } from './hub-filter.ts';
import type { StreamParameter } from './stream-parameter.ts';

/** Who connects, for {@link UserIdProvider}. */
export interface UserIdRequest {
  /** The authenticated user; undefined: nobody knows. */
  readonly user: ClaimsPrincipal | undefined;
  /** The request that opens the connection. */
  readonly request: ConnectionRequest;
}

/**
 * Names the user of a connection, once, when it opens. What it throws is logged and refuses the handshake.
 * Source: `IUserIdProvider` of ASP.NET Core.
 * @example
 * const byEmail: UserIdProvider = { getUserId: ({ user }) => user?.email as string | undefined };
 */
export interface UserIdProvider {
  getUserId(connection: UserIdRequest): string | undefined;
}

/** What the dispatcher and the connections of a hub need to know; all defaults are in `server-options.ts`. */
export interface HubOptions {
  readonly keepAliveInterval: number;
  readonly clientTimeoutInterval: number;
  readonly handshakeTimeout: number;
  readonly maximumReceiveMessageSize: number;
  readonly maximumParallelInvocationsPerClient: number;
  readonly streamBufferCapacity: number;
  readonly enableDetailedErrors: boolean;
  readonly statefulReconnectBufferSize: number;
  readonly disconnectTimeout: number;
  readonly sendTimeout: number;
  readonly shutdownTimeout: number;
  readonly protocols: readonly HubProtocol[];
  readonly userIdProvider: UserIdProvider;
  readonly filters: readonly HubFilter[];
  readonly logger: Logger;
}

/** What one parameter takes: a value that a schema checks, an upload, or anything. */
export type ArgumentType = StandardSchemaV1 | StreamParameter | undefined;

/** What JavaScript cannot say about a hub's method. */
export interface HubMethodOptions {
  /** The name on the wire, and then the only one. Source: `HubMethodNameAttribute`. */
  readonly name?: string;
  /** True for a method that returns a stream; generators, asynchronous or not, are seen without it. */
  readonly streams?: boolean;
  /**
   * Number and types of the arguments, with any Standard Schema library; `undefined` takes any type. Uploads are named here, by
   * `streamOf(schema)` or `stream`, and arrive as AsyncIterables. Without it: as many as the function declares, of any type, no uploads.
   * @example
   * { arguments: [z.string(), streamOf(z.number())] }
   */
  readonly arguments?: readonly ArgumentType[];
  /** Who may call it, on top of what the hub asks for. Source: `AuthorizeAttribute`. */
  readonly authorize?: Authorize;
}

/** Names of the methods that a hub's own class declares. */
export type HubMethodName<THub> = Exclude<
  {
    [TName in keyof THub]: THub[TName] extends (...args: never) => unknown ? TName : never;
  }[keyof THub],
  'onConnected' | 'onAuthenticationRefreshed' | 'onDisconnected' | symbol | number
>;
