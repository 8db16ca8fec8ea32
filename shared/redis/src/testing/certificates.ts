import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

/** Certificates in PEM: an authority, and what it has signed for a server on 127.0.0.1 and for a client. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  /** Files of the authority and the server, as redis-server wants them. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Removes the files. */
  remove(): void;
}

interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Makes new ones, for tests alone. node-forge signs them: Node makes keys but no certificates, and selfsigned brings 9 MB to do it. */
export function makeCertificates(): Certificates {
  const authority = issue('Authority of tests', [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const signed = (name: string): Issued =>
    issue(name, [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }], authority);
  const [server, client] = [signed('redis'), signed('signalr')];
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-certificates-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const files = {
    ca: file('ca.pem', authority.cert),
    cert: file('server.pem', server.cert),
    key: file('server.key', server.key),
  };
  return {
    ca: authority.cert,
    server,
    client,
    files,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A certificate for a day and its key; without an authority it is its own. */
function issue(name: string, extensions: object[], authority?: Issued): Issued {
  const { privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const own = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.rsa.setPublicKey(own.n, own.e);
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
    authority ? forge.pki.privateKeyFromPem(authority.key) : own,
    forge.md.sha256.create(),
  );
  return { cert: forge.pki.certificateToPem(certificate), key };
}
