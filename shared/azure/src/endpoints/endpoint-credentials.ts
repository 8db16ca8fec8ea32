import { setTimeout as delay } from 'node:timers/promises';
import { Deadline } from '@practical-signalr/server/scale-out';
import { errors } from '../errors.ts';
import {
  type AccessTokenAlgorithm,
  type SigningKey,
  signAccessToken,
  type TokenClaims,
} from './access-token.ts';
import type { TokenCredential } from './token-credential.ts';

/** Creates the tokens of an endpoint. */
export interface EndpointCredentials {
  /** Returns a token for server connections and the REST API. */
  serverToken(audience: string, claims: TokenClaims): Promise<string>;
  /** Returns a token for a client. `lifetime` is in ms. */
  clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string>;
  /** The id of the key that signs the tokens of clients, if the service provides the key. */
  readonly keyId?: string | undefined;
  /** Replaces the key that signs the tokens of clients. Undefined if the app has an access key. */
  useKey?(key: SigningKey): void;
}

/** One hour in ms, as in Microsoft's SDK. */
const SERVER_TOKEN_LIFETIME = 3_600_000;

/** Signs with the endpoint's access key. */
export class AccessKeyCredentials implements EndpointCredentials {
  readonly #key: SigningKey;
  readonly #algorithm: AccessTokenAlgorithm;

  constructor(key: SigningKey, algorithm: AccessTokenAlgorithm) {
    this.#key = key;
    this.#algorithm = algorithm;
  }

  async serverToken(audience: string, claims: TokenClaims): Promise<string> {
    return signAccessToken(this.#key, audience, claims, SERVER_TOKEN_LIFETIME, this.#algorithm);
  }

  async clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string> {
    return signAccessToken(this.#key, audience, claims, lifetime, this.#algorithm);
  }
}

const SCOPE = 'https://signalr.azure.com/.default';
/** The age of a key, in ms, at which a new one is fetched. */
const RENEWAL_AGE = 55 * 60_000;
/** The age of a key, in ms, after which it is no longer used. */
const MAXIMUM_AGE = 120 * 60_000;
const ATTEMPTS = 3;
const REQUEST_TIMEOUT = 10_000;
/** The maximum time for an Entra token, in ms. Credentials have no time limit of their own. */
const TOKEN_TIMEOUT = 30_000;

/**
 * Signs in with Microsoft Entra ID. The Entra token opens server connections and fetches the key
 * that signs the tokens of clients. `retryDelay` is the time between attempts to fetch that key, in
 * ms. `tokenTimeout` is the maximum time for an Entra token, in ms.
 */
export class EntraCredentials implements EndpointCredentials {
  readonly #serverBase: string;
  readonly #credential: () => Promise<TokenCredential>;
  readonly #algorithm: AccessTokenAlgorithm;
  readonly #retryDelay: number;
  readonly #tokenTimeout: number;
  #loadedCredential: Promise<TokenCredential> | undefined;
  #key: SigningKey | undefined;
  #keyReceivedAt = 0;
  #fetching: Promise<SigningKey> | undefined;

  constructor(
    serverBase: string,
    credential: () => Promise<TokenCredential>,
    algorithm: AccessTokenAlgorithm,
    retryDelay = 3000,
    tokenTimeout = TOKEN_TIMEOUT,
  ) {
    this.#serverBase = serverBase;
    this.#credential = credential;
    this.#algorithm = algorithm;
    this.#retryDelay = retryDelay;
    this.#tokenTimeout = tokenTimeout;
  }

  get keyId(): string | undefined {
    return this.#key?.keyId;
  }

  useKey(key: SigningKey): void {
    this.#key = key;
    this.#keyReceivedAt = Date.now();
  }

  async serverToken(): Promise<string> {
    this.#loadedCredential ??= this.#credential();
    const token = await this.#requestToken(await this.#loadedCredential);
    if (token === null) throw errors.noEntraToken();
    return token.token;
  }

  async clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string> {
    const key = await this.#currentKey();
    return signAccessToken(key, audience, claims, lifetime, this.#algorithm);
  }

  /**
   * Requests a token within the time limit. Without the limit, all server connections and clients
   * would wait for a request that never ends.
   */
  async #requestToken(credential: TokenCredential): ReturnType<TokenCredential['getToken']> {
    const aborter = new AbortController();
    const { signal: abortSignal } = aborter;
    const late = new Promise<never>((_resolve, reject) => {
      abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error));
    });
    const deadline = new Deadline(
      () => aborter.abort(errors.entraTimeout(this.#tokenTimeout)),
      this.#tokenTimeout,
    ).unref();
    try {
      return await Promise.race([credential.getToken(SCOPE, { abortSignal }), late]);
    } finally {
      deadline.stop();
    }
  }

  /**
   * Returns the key that signs tokens. Clients wait only for the first key; later it is renewed in
   * advance.
   */
  async #currentKey(): Promise<SigningKey> {
    const age = Date.now() - this.#keyReceivedAt;
    if (this.#key !== undefined && age <= RENEWAL_AGE) return this.#key;
    this.#fetching ??= this.#fetchKey().finally(() => (this.#fetching = undefined));
    try {
      if (this.#key === undefined || age > MAXIMUM_AGE) return await this.#fetching;
    } catch (cause) {
      throw errors.noClientKey(cause);
    }
    this.#fetching.catch(() => undefined);
    return this.#key;
  }

  async #fetchKey(): Promise<SigningKey> {
    for (let attempt = 1; ; attempt++) {
      try {
        const key = await this.#tryFetchKey();
        this.useKey(key);
        return key;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await delay(this.#retryDelay, undefined, { ref: false });
      }
    }
  }

  async #tryFetchKey(): Promise<SigningKey> {
    const response = await fetch(`${this.#serverBase}/api/v1/auth/accessKey`, {
      headers: { Authorization: `Bearer ${await this.serverToken()}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
    if (!response.ok) throw errors.entraRefused(response.status);
    const { KeyId: keyId, AccessKey: key } = (await response.json()) as {
      KeyId?: string;
      AccessKey?: string;
    };
    if (keyId === undefined || key === undefined) throw errors.entraRefused(response.status);
    return { keyId, key };
  }
}
