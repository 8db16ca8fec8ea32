import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

/**
 * Certificates in PEM: an authority, and certificates that it signed for a server on 127.0.0.1 and
 * for a client.
 */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  /** The paths of the files that redis-server needs. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Removes the files. */
  remove(): void;
}

interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Creates certificates for tests. Uses node-forge, because Node creates keys but no certificates,
 * and `selfsigned` adds 9 MB.
 */
export function createCertificates(): Certificates {
  const authority = issue('Authority of tests', [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const issueFor = (name: string): IssuedCertificate =>
    issue(name, [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }], authority);
  const server = issueFor('redis');
  const client = issueFor('signalr');
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-certificates-'));
  const writeFile = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const files = {
    ca: writeFile('ca.pem', authority.cert),
    cert: writeFile('server.pem', server.cert),
    key: writeFile('server.key', server.key),
  };
  return {
    ca: authority.cert,
    server,
    client,
    files,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Issues a certificate for one day and its key. Without an authority, the certificate is
 * self-signed.
 */
function issue(
  name: string,
  extensions: object[],
  authority?: IssuedCertificate,
): IssuedCertificate {
  const { privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const ownKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.rsa.setPublicKey(ownKey.n, ownKey.e);
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(
    authority ? forge.pki.certificateFromPem(authority.cert).subject.attributes : subject,
  );
  certificate.setExtensions(extensions);
  certificate.sign(
    authority ? forge.pki.privateKeyFromPem(authority.key) : ownKey,
    forge.md.sha256.create(),
  );
  return { cert: forge.pki.certificateToPem(certificate), key };
}
