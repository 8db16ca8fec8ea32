import {
  DefaultHttpClient,
  type HubConnection,
  type HubConnectionBuilder,
  type IHttpConnectionOptions,
  type ILogger,
  NullLogger,
} from '@microsoft/signalr';
import { clientErrors } from './errors.ts';
import {
  AuthenticationRefresh,
  type AuthenticationRefreshedContext,
  type AuthenticationRefreshFailedContext,
  type AuthenticationRefreshOptions,
} from './authentication-refresh.ts';
import { RefreshHttpClient } from './refresh-http-client.ts';

/**
 * A connection whose token is refreshed. Source: `HubConnection` of the client of ASP.NET Core 11.
 */
export interface RefreshingHubConnection extends HubConnection {
  /**
   * Sends a new token to the server now, for example because the user has new claims. Resolves with
   * its lifetime in seconds, or with undefined if it does not expire. Rejects with
   * `ERR_SIGNALR_REFRESH_REFUSED` if the server refuses the token, with
   * `ERR_SIGNALR_REFRESH_NOT_CONNECTED` or `ERR_SIGNALR_REFRESH_NOT_NEGOTIATED` if there is no
   * connection to refresh, and with the error of the token factory or the network.
   */
  refreshAuthentication(): Promise<number | undefined>;
  /**
   * Registers a function that is called after each refresh. The client does not wait for the
   * promise that it may return.
   */
  onAuthenticationRefreshed(
    callback: (context: AuthenticationRefreshedContext) => void | Promise<void>,
  ): void;
  /**
   * Registers a function that is called after each failed attempt to refresh. The client does not
   * wait for the promise that it may return, so the function may call `refreshAuthentication`.
   */
  onAuthenticationRefreshFailed(
    callback: (context: AuthenticationRefreshFailedContext) => void | Promise<void>,
  ): void;
}

/** A builder of the official client that builds a connection whose token is refreshed. */
export interface RefreshingHubConnectionBuilder<
  TConnection extends HubConnection = HubConnection,
> extends HubConnectionBuilder {
  /** Returns the connection. It is not started. Throws if `withUrl` was not called. */
  build(): TConnection & RefreshingHubConnection;
}

/**
 * The fields of the builder that its `build` reads. They have been the same since the first version
 * of the client.
 */
interface BuilderFields {
  url?: string;
  httpConnectionOptions?: IHttpConnectionOptions;
  logger?: ILogger;
}

/** The builder of the client of ASP.NET Core 11, which has the method itself. */
interface NextBuilder<TConnection extends HubConnection> {
  withAuthenticationRefresh(
    options: AuthenticationRefreshOptions,
  ): RefreshingHubConnectionBuilder<TConnection>;
}

/**
 * Lets a connection of `@microsoft/signalr` refresh its token ahead of the expiry, without
 * reconnecting. Each refresh calls `accessTokenFactory` again. The server must set
 * `enableAuthenticationRefresh`. If an automatic refresh fails, the client tries again at half the
 * remaining time, until the token expires in less than a second.
 *
 * Call it last, before `build`: the other methods of the builder return the type of the official
 * client. The result of `withRecovery` is also a builder. If the installed client has the method
 * itself, it is used.
 *
 * Throws `ERR_SIGNALR_REFRESH_URL_MISSING` if `withUrl` was not called before.
 * Source: `withAuthenticationRefresh` of the client of ASP.NET Core 11.
 * @example
 * const builder = new HubConnectionBuilder().withUrl('/chat', { accessTokenFactory: fetchToken });
 * const connection = withAuthenticationRefresh(builder).build();
 * connection.onAuthenticationRefreshFailed(({ error }) => console.warn(error.message));
 * await connection.start();
 */
export function withAuthenticationRefresh<TConnection extends HubConnection>(
  builder: HubConnectionBuilder & { build(): TConnection },
  options: AuthenticationRefreshOptions = {},
): RefreshingHubConnectionBuilder<TConnection> {
  if ('withAuthenticationRefresh' in builder)
    return (builder as unknown as NextBuilder<TConnection>).withAuthenticationRefresh(options);
  const fields = builder as unknown as BuilderFields;
  if (fields.url === undefined) throw clientErrors.refreshUrlMissing();
  const build: () => TConnection = builder.build.bind(builder);
  return Object.assign(builder, { build: () => buildRefreshing(fields, build, options) });
}

function buildRefreshing<TConnection extends HubConnection>(
  fields: BuilderFields,
  build: () => TConnection,
  options: AuthenticationRefreshOptions,
): TConnection & RefreshingHubConnection {
  const logger = fields.logger ?? NullLogger.instance;
  const httpOptions = fields.httpConnectionOptions ?? {};
  const hasTokens = httpOptions.accessTokenFactory !== undefined;
  const httpClient = new RefreshHttpClient(httpOptions.httpClient ?? new DefaultHttpClient(logger));
  const rememberToken = async (): Promise<string> => {
    const token = (await httpOptions.accessTokenFactory?.()) ?? '';
    httpClient.useToken(token);
    return token;
  };
  fields.httpConnectionOptions = {
    ...httpOptions,
    httpClient,
    ...(hasTokens ? { accessTokenFactory: rememberToken } : {}),
  };
  const connection = build();
  fields.httpConnectionOptions = httpOptions;
  const refresh = new AuthenticationRefresh({
    connection,
    httpClient,
    httpOptions,
    logger,
    options,
  });
  const start = connection.start.bind(connection);
  return Object.assign(connection, {
    start: async () => {
      await start();
      refresh.scheduleFirst();
    },
    refreshAuthentication: () => refresh.refresh(),
    onAuthenticationRefreshed: refresh.onRefreshed.bind(refresh),
    onAuthenticationRefreshFailed: refresh.onRefreshFailed.bind(refresh),
  });
}
