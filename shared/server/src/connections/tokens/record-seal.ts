import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts and authenticates the records of connections that move to another server, so that the
 * store in between can neither read nor change them. The keys are derived for each path (RFC 5869)
 * from those of the connection tokens, so a record is valid at no other path.
 */
export class RecordSeal {
  readonly #keys: readonly KeyObject[];

  /** The first of `keys` seals records. Each of them opens records. */
  constructor(keys: readonly KeyObject[], path: string) {
    const info = `practical-signalr hand-over ${path}`;
    this.#keys = keys.map((key) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', key, '', info, 32))),
    );
  }

  /** Seals a text. It can be opened only for the same `purpose`. */
  seal(text: string, purpose: string): string {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(ALGORITHM, this.#keys[0] as KeyObject, iv);
    cipher.setAAD(Buffer.from(purpose));
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([iv, cipher.getAuthTag(), ...encrypted]).toString('base64');
  }

  /**
   * Returns the sealed text. Undefined if it was changed, or sealed with another key or purpose.
   */
  open(sealed: string, purpose: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < IV_LENGTH + TAG_LENGTH) return undefined;
    for (const key of this.#keys) {
      const text = decrypt(bytes, key, purpose);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

function decrypt(bytes: Buffer, key: KeyObject, purpose: string): string | undefined {
  const encryptedAt = IV_LENGTH + TAG_LENGTH;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_LENGTH));
    decipher.setAuthTag(bytes.subarray(IV_LENGTH, encryptedAt));
    decipher.setAAD(Buffer.from(purpose));
    return decipher.update(bytes.subarray(encryptedAt)).toString('utf8') + decipher.final('utf8');
  } catch {
    return undefined; // the text was changed, or another key has sealed it
  }
}
