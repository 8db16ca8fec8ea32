import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { vi } from 'vitest';

let certificate: ReturnType<typeof createCertificate> | undefined;

/** Returns a certificate for tests that is its own authority, and its key. */
export function selfSigned(): { key: string; cert: string } {
  certificate ??= createCertificate();
  return certificate;
}

/**
 * Lets the clients of this process connect to a server with the certificate of {@link selfSigned}.
 * The client has no option for that. Returns a function that ends it.
 */
export function acceptSelfSigned(): () => void {
  // Node prints a warning about the variable, which is intended here.
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  return () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', undefined);
    warning.mockRestore();
  };
}

function createCertificate(): { key: string; cert: string } {
  const { privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const own = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.rsa.setPublicKey(own.n, own.e);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  const name = [{ name: 'commonName', value: 'localhost' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(own, forge.md.sha256.create());
  return { key, cert: forge.pki.certificateToPem(certificate) };
}
