import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RunningClock } from '../running-clock.ts';
import { ID_LENGTH, randomIdBytes } from './random-ids.ts';
import type { IssuedToken, TokenRequest, TokenSource, UnopenedConnection } from './token-source.ts';
import { UsedTokens } from './used-tokens.ts';

// The layout of a token, in bytes: flags, id, serial number, time, user, signature. The id is not
// first, so that the text of a token does not begin with the public id of the connection.
const FLAGS_AT = 0;
const ID_AT = FLAGS_AT + 1;
const SERIAL_AT = ID_AT + ID_LENGTH;
const NUMBER_LENGTH = 6;
const ISSUED_AT = SERIAL_AT + NUMBER_LENGTH;
const USER_AT = ISSUED_AT + NUMBER_LENGTH;
const USER_LENGTH = 8;
const SIGNATURE_AT = USER_AT + USER_LENGTH;
const SIGNATURE_LENGTH = 16;
/** The length of the key that signs tokens, in bytes. */
const KEY_LENGTH = 32;
const TOKEN_LENGTH = SIGNATURE_AT + SIGNATURE_LENGTH;
const TOKEN_CHARACTERS = Math.ceil((TOKEN_LENGTH * 4) / 3);

const USES_STATEFUL_RECONNECT = 1;
const HAS_USER = 2;
const IS_PUBLIC = 4;
/** All local tokens come from this server. */
const ISSUER = '';

/** A token with a valid signature. */
interface VerifiedToken {
  readonly text: string;
  readonly bytes: Buffer;
}

/**
 * Connection tokens that only this process can read. A token contains everything that the server
 * must know to open the connection, so negotiation keeps nothing in memory. A signature with a
 * random key proves that the server issued it.
 */
export class LocalTokens implements TokenSource {
  readonly #key = randomBytes(KEY_LENGTH);
  readonly #lifetime: number;
  readonly #clock: RunningClock;
  readonly #used = new UsedTokens();
  #lastSerial = 0;
  /** The last token that was verified, because the checks of one request read the same token. */
  #lastVerified: VerifiedToken | undefined;

  /** `lifetime` is in ms. */
  constructor(lifetime: number, clock: RunningClock) {
    this.#lifetime = lifetime;
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#used.isFull;
  }

  create({ user, useStatefulReconnect, isPublic }: TokenRequest): IssuedToken {
    const token = Buffer.allocUnsafe(TOKEN_LENGTH).fill(0, USER_AT, SIGNATURE_AT);
    const id = randomIdBytes();
    token.set(id, ID_AT);
    this.#lastSerial++;
    token.writeUIntBE(this.#lastSerial, SERIAL_AT, NUMBER_LENGTH);
    token.writeUIntBE(Math.floor(this.#clock.now()), ISSUED_AT, NUMBER_LENGTH);
    let flags = useStatefulReconnect ? USES_STATEFUL_RECONNECT : 0;
    if (isPublic === true) flags |= IS_PUBLIC;
    if (user !== undefined) {
      flags |= HAS_USER;
      this.#hash(id, user).copy(token, USER_AT, 0, USER_LENGTH);
    }
    token[FLAGS_AT] = flags;
    this.#hash(token.subarray(0, SIGNATURE_AT)).copy(token, SIGNATURE_AT, 0, SIGNATURE_LENGTH);
    const text = token.toString('base64url');
    return { connectionId: isPublic === true ? text : id.toString('base64url'), token: text };
  }

  read(text: string): UnopenedConnection | undefined {
    const token = this.#verify(text);
    if (token === undefined) return undefined;
    const serial = token.readUIntBE(SERIAL_AT, NUMBER_LENGTH);
    const expiresAt = token.readUIntBE(ISSUED_AT, NUMBER_LENGTH) + this.#lifetime;
    if (expiresAt < this.#clock.now() || this.#used.has(ISSUER, serial)) return undefined;
    const id = token.subarray(ID_AT, SERIAL_AT);
    const flags = token[FLAGS_AT] ?? 0;
    return {
      connectionId: (flags & IS_PUBLIC) === 0 ? id.toString('base64url') : text,
      useStatefulReconnect: (flags & USES_STATEFUL_RECONNECT) !== 0,
      isFromThisServer: true,
      isOf: (user) => {
        // Clients may negotiate without a user, and authenticate when they open the transport. A
        // request without a user opens the connection without a user, as in ASP.NET Core.
        if ((flags & HAS_USER) === 0 || user === undefined) return true;
        const hash = this.#hash(id, user).subarray(0, USER_LENGTH);
        return timingSafeEqual(hash, token.subarray(USER_AT, SIGNATURE_AT));
      },
      markUsed: () => this.#used.add(ISSUER, serial, expiresAt),
    };
  }

  removeExpired(): void {
    this.#used.removeExpired(this.#clock.now());
  }

  /** Returns the bytes of a token. Undefined if this server has not issued it. */
  #verify(text: string): Buffer | undefined {
    if (text.length !== TOKEN_CHARACTERS) return undefined;
    if (this.#lastVerified?.text === text) return this.#lastVerified.bytes;
    const bytes = Buffer.from(text, 'base64url');
    // Another spelling of the same bytes would be another key for the same connection.
    if (bytes.length !== TOKEN_LENGTH || bytes.toString('base64url') !== text) return undefined;
    const signature = this.#hash(bytes.subarray(0, SIGNATURE_AT)).subarray(0, SIGNATURE_LENGTH);
    if (!timingSafeEqual(signature, bytes.subarray(SIGNATURE_AT))) return undefined;
    this.#lastVerified = { text, bytes };
    return bytes;
  }

  /**
   * Returns a hash that only the owner of the key can compute. SHA-3 needs no HMAC for this, and
   * one call of `hash` takes half the time of an HMAC. Source: FIPS 202.
   */
  #hash(bytes: Buffer, text = ''): Buffer {
    return hash('sha3-256', Buffer.concat([this.#key, bytes, Buffer.from(text)]), 'buffer');
  }
}
