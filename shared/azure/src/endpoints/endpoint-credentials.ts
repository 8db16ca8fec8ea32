import { setTimeout as delay } from 'node:timers/promises';
import { NegotiateError } from '@practical-signalr/server/scale-out';
import { errorTexts } from '../error-texts.ts';
import {
  type AccessTokenAlgorithm,
  type SigningKey,
  signAccessToken,
  type TokenClaims,
} from './access-token.ts';
import type { TokenCredential } from './token-credential.ts';

/** How an endpoint's tokens are made. */
export interface EndpointCredentials {
  /** For server connections and the REST API. */
  serverToken(audience: string, claims: TokenClaims): Promise<string>;
  /** For clients, made by the app. `lifetime` in ms. */
  clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string>;
  /** The name of the key that signs clients' tokens, where the service gives it. */
  readonly keyId?: string | undefined;
  /** Signs with this key from now on. Absent where the key is the app's own. */
  useKey?(key: SigningKey): void;
}

/** An hour, as the .NET SDK has it. */
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
/** Age in ms at which a newer key is asked for, and after which a key is not used any more. */
const RENEWAL_AGE = 55 * 60_000;
const MOST_AGE = 120 * 60_000;
const TRIES = 3;
const REQUEST_TIMEOUT = 10_000;

/**
 * Signs in with Microsoft Entra ID: its token opens server connections, and fetches a key that signs the tokens of clients.
 * `retryDelay` is the time between tries to get that key, in ms.
 */
export class EntraCredentials implements EndpointCredentials {
  readonly #serverBase: string;
  readonly #credential: () => Promise<TokenCredential>;
  readonly #algorithm: AccessTokenAlgorithm;
  readonly #retryDelay: number;
  #opened: Promise<TokenCredential> | undefined;
  #key: SigningKey | undefined;
  #since = 0;
  #fetching: Promise<SigningKey> | undefined;

  constructor(
    serverBase: string,
    credential: () => Promise<TokenCredential>,
    algorithm: AccessTokenAlgorithm,
    retryDelay = 3000,
  ) {
    this.#serverBase = serverBase;
    this.#credential = credential;
    this.#algorithm = algorithm;
    this.#retryDelay = retryDelay;
  }

  get keyId(): string | undefined {
    return this.#key?.keyId;
  }

  useKey(key: SigningKey): void {
    this.#key = key;
    this.#since = Date.now();
  }

  async serverToken(): Promise<string> {
    this.#opened ??= this.#credential();
    const token = await (await this.#opened).getToken(SCOPE);
    if (token === null) throw new Error(errorTexts.noEntraToken);
    return token.token;
  }

  async clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string> {
    const key = await this.#currentKey();
    return signAccessToken(key, audience, claims, lifetime, this.#algorithm);
  }

  /** Clients wait for the first key only; a newer one is fetched while the old one is good. */
  async #currentKey(): Promise<SigningKey> {
    const age = Date.now() - this.#since;
    if (this.#key !== undefined && age <= RENEWAL_AGE) return this.#key;
    this.#fetching ??= this.#fetchKey().finally(() => (this.#fetching = undefined));
    try {
      if (this.#key === undefined || age > MOST_AGE) return await this.#fetching;
    } catch (cause) {
      throw Object.assign(new NegotiateError(''), { cause });
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
        if (attempt === TRIES) throw error;
        await delay(this.#retryDelay, undefined, { ref: false });
      }
    }
  }

  async #tryFetchKey(): Promise<SigningKey> {
    const response = await fetch(`${this.#serverBase}/api/v1/auth/accessKey`, {
      headers: { Authorization: `Bearer ${await this.serverToken()}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
    if (!response.ok) throw new Error(errorTexts.entraRefused(response.status));
    const { KeyId: keyId, AccessKey: key } = (await response.json()) as {
      KeyId?: string;
      AccessKey?: string;
    };
    if (keyId === undefined || key === undefined)
      throw new Error(errorTexts.entraRefused(response.status));
    return { keyId, key };
  }
}
