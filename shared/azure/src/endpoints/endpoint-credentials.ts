import { setTimeout as delay } from 'node:timers/promises';
import { NegotiateError } from '@practical-signalr/server/scale-out';
import { errorTexts } from '../error-texts.ts';
import { type AccessTokenAlgorithm, type SigningKey, signAccessToken, type TokenClaims } from './access-token.ts';
import type { TokenCredential } from './token-credential.ts';

/** How an endpoint's tokens are made. */
export interface EndpointCredentials {
  /** For server connections and the REST API. */
  serverToken(audience: string, claims: TokenClaims): Promise<string>;
  /** For clients, made by the app. `lifetime` in ms. */
  clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string>;
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
const KEY_AGE = 55 * 60_000;
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
  #key: Promise<SigningKey> | undefined;
  #fetchedAt = 0;

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

  async serverToken(): Promise<string> {
    this.#opened ??= this.#credential();
    const token = await (await this.#opened).getToken(SCOPE);
    if (token === null) throw new Error(errorTexts.noEntraToken);
    return token.token;
  }

  async clientToken(audience: string, claims: TokenClaims, lifetime: number): Promise<string> {
    const now = Date.now();
    if (this.#key === undefined || now - this.#fetchedAt > KEY_AGE) {
      this.#fetchedAt = now;
      this.#key = this.#fetchKey();
    }
    let key: SigningKey;
    try {
      key = await this.#key;
    } catch (cause) {
      this.#key = undefined;
      throw Object.assign(new NegotiateError(''), { cause });
    }
    return signAccessToken(key, audience, claims, lifetime, this.#algorithm);
  }

  async #fetchKey(): Promise<SigningKey> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#tryFetchKey();
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
    const { KeyId: keyId, AccessKey: key } = (await response.json()) as { KeyId?: string; AccessKey?: string };
    if (keyId === undefined || key === undefined) throw new Error(errorTexts.entraRefused(response.status));
    return { keyId, key };
  }
}
