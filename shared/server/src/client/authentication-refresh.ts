import {
  type HttpResponse,
  type HubConnection,
  HubConnectionState,
  type IHttpConnectionOptions,
  type ILogger,
  LogLevel,
} from '@microsoft/signalr';
import { MAXIMUM_TIME } from '../maximum-time.ts';
import { clientErrors } from './errors.ts';
import { lifetimeIn, type RefreshHttpClient } from './refresh-http-client.ts';

/**
 * The options of {@link withAuthenticationRefresh}. Source: `IAuthenticationRefreshOptions` of the
 * client of ASP.NET Core 11.
 */
export interface AuthenticationRefreshOptions {
  /** Whether the token is refreshed ahead of its expiry. Default: true. */
  readonly enableAutoRefresh?: boolean;
  /**
   * How long before its expiry a token is refreshed, in ms. A token that is valid for less than
   * twice this time is refreshed at half its lifetime. Default: 300,000 (5 minutes).
   */
  readonly refreshBeforeExpirationInMilliseconds?: number;
}

/** Describes a refresh that the server accepted. */
export interface AuthenticationRefreshedContext {
  readonly connection: HubConnection;
  /** The lifetime of the new token in seconds; undefined if it does not expire. */
  readonly newTokenLifetimeInSeconds?: number;
  readonly refreshedAt: Date;
}

/** Describes a refresh that failed. */
export interface AuthenticationRefreshFailedContext {
  readonly connection: HubConnection;
  readonly error: Error;
}

type Callback<TContext> = (context: TContext) => void | Promise<void>;
type RefreshedCallback = Callback<AuthenticationRefreshedContext>;
type RefreshFailedCallback = Callback<AuthenticationRefreshFailedContext>;

/** What {@link AuthenticationRefresh} needs. */
interface AuthenticationRefreshParts {
  readonly connection: HubConnection;
  readonly httpClient: RefreshHttpClient;
  readonly httpOptions: IHttpConnectionOptions;
  readonly logger: ILogger;
  readonly options: AuthenticationRefreshOptions;
}

const REFRESH_BEFORE_EXPIRATION = 300_000;
/** After a failure, there is no further attempt if the token expires sooner than this, in ms. */
const MINIMUM_RETRY_TIME = 1000;

/** Refreshes the token of one connection, ahead of its expiry and on request. */
export class AuthenticationRefresh {
  readonly #parts: AuthenticationRefreshParts;
  readonly #refreshedCallbacks: RefreshedCallback[] = [];
  readonly #refreshFailedCallbacks: RefreshFailedCallback[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /**
   * Settles when the last token is exchanged. The tokens of a connection are exchanged one after
   * the other, so that the newest is the last that arrives.
   */
  #lastExchange: Promise<unknown> = Promise.resolve();

  constructor(parts: AuthenticationRefreshParts) {
    this.#parts = parts;
    const { connection } = parts;
    connection.onreconnecting(() => this.#forgetConnection());
    connection.onreconnected(() => this.scheduleFirst());
    connection.onclose(() => this.#forgetConnection());
  }

  onRefreshed(callback: RefreshedCallback): void {
    this.#refreshedCallbacks.push(callback);
  }

  onRefreshFailed(callback: RefreshFailedCallback): void {
    this.#refreshFailedCallbacks.push(callback);
  }

  /** Schedules the refresh of the token with which the client has connected. */
  scheduleFirst(): void {
    const { httpClient, options } = this.#parts;
    if (options.enableAutoRefresh !== false) this.#schedule(httpClient.negotiated?.lifetime);
  }

  /**
   * Refreshes the token now. Resolves with the lifetime of the new token in seconds. The callbacks
   * have been called by then, but may still run: they may refresh again and wait for it.
   */
  refresh(): Promise<number | undefined> {
    const connectionToken = this.#connectionToken;
    const exchange = this.#lastExchange.then(() => this.#exchangeToken(connectionToken));
    this.#lastExchange = exchange.catch(() => undefined);
    return this.#reportOutcome(exchange);
  }

  #schedule(lifetime: number | undefined): void {
    this.#cancel();
    if (lifetime === undefined) return;
    const { refreshBeforeExpirationInMilliseconds: before = REFRESH_BEFORE_EXPIRATION } =
      this.#parts.options;
    const isShort = lifetime <= 2 * before;
    this.#scheduleIn(isShort ? lifetime / 2 : lifetime - before, Date.now() + lifetime);
  }

  #scheduleIn(time: number, expiresAt: number): void {
    if (this.#parts.connection.state !== HubConnectionState.Connected) return;
    const attempt = async (): Promise<void> => {
      const connectionToken = this.#connectionToken;
      try {
        await this.refresh();
      } catch {
        const remaining = expiresAt - Date.now();
        const isSameConnection = this.#connectionToken === connectionToken;
        if (isSameConnection && remaining > MINIMUM_RETRY_TIME)
          this.#scheduleIn(remaining / 2, expiresAt);
      }
    };
    this.#timer = setTimeout(() => void attempt(), Math.min(time, MAXIMUM_TIME));
  }

  #cancel(): void {
    clearTimeout(this.#timer);
  }

  /**
   * Cancels the next refresh. The refreshes of the next connection do not wait for those of this
   * connection.
   */
  #forgetConnection(): void {
    this.#cancel();
    this.#lastExchange = Promise.resolve();
  }

  get #connectionToken(): string | undefined {
    return this.#parts.httpClient.negotiated?.connectionToken;
  }

  /** Calls the callbacks after an exchange. Returns the lifetime of the new token in seconds. */
  async #reportOutcome(exchange: Promise<number | undefined>): Promise<number | undefined> {
    const { connection } = this.#parts;
    try {
      const lifetime = await exchange;
      this.#report(this.#refreshedCallbacks, {
        connection,
        ...(lifetime === undefined ? {} : { newTokenLifetimeInSeconds: lifetime / 1000 }),
        refreshedAt: new Date(),
      });
      return lifetime === undefined ? undefined : lifetime / 1000;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : clientErrors.refreshFailed(String(thrown));
      this.#report(this.#refreshFailedCallbacks, { connection, error });
      throw error;
    }
  }

  /**
   * Sends a new token to the server, and returns its lifetime in ms. `connectionToken` names the
   * connection that was to be refreshed.
   */
  async #exchangeToken(connectionToken: string | undefined): Promise<number | undefined> {
    const { httpClient, httpOptions, options } = this.#parts;
    this.#checkConnected(connectionToken);
    if (connectionToken === undefined) throw clientErrors.refreshNotNegotiated();
    const token = await httpOptions.accessTokenFactory?.();
    this.#checkConnected(connectionToken);
    const hasToken = token !== undefined && token !== '';
    const { content } = await this.#post(connectionToken, hasToken ? token : undefined);
    const response = JSON.parse(content as string) as { readonly accessToken?: string };
    this.#checkConnected(connectionToken);
    if (hasToken) httpClient.useToken(token);
    if (response.accessToken !== undefined) httpClient.useTransportToken(response.accessToken);
    const lifetime = lifetimeIn(response);
    if (options.enableAutoRefresh !== false) this.#schedule(lifetime);
    return lifetime;
  }

  /** Throws if the client has reconnected, with a token of its own, or has disconnected. */
  #checkConnected(connectionToken: string | undefined): void {
    const isConnected = this.#parts.connection.state === HubConnectionState.Connected;
    if (!isConnected || this.#connectionToken !== connectionToken)
      throw clientErrors.refreshNotConnected();
  }

  async #post(connectionToken: string, token: string | undefined): Promise<HttpResponse> {
    const { connection, httpClient, httpOptions } = this.#parts;
    const url = new URL(connection.baseUrl);
    url.pathname += url.pathname.endsWith('/') ? 'refresh' : '/refresh';
    url.searchParams.append('id', connectionToken);
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const { timeout = 100_000, withCredentials = true } = httpOptions;
    try {
      return await httpClient.sendUnchanged({
        method: 'POST',
        url: url.href,
        content: '',
        headers: { ...httpOptions.headers, ...authorization },
        timeout,
        withCredentials,
      });
    } catch (error) {
      const { statusCode } = error as { readonly statusCode?: number };
      throw statusCode === undefined ? error : clientErrors.refreshRefused(statusCode, error);
    }
  }

  /** Calls the callbacks, and does not wait for them. */
  #report<TContext>(callbacks: readonly Callback<TContext>[], context: TContext): void {
    for (const callback of callbacks) void this.#call(callback, context);
  }

  /** Calls a callback. Like those of the official client, it may throw without harm. */
  async #call<TContext>(callback: Callback<TContext>, context: TContext): Promise<void> {
    try {
      await callback(context);
    } catch (error) {
      this.#parts.logger.log(LogLevel.Error, `A callback of a refresh threw '${String(error)}'.`);
    }
  }
}
