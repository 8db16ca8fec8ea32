import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import selfsigned from 'selfsigned';

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

/** Makes new ones, for tests alone. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await selfsigned.generate([{ name: 'commonName', value: 'Authority of tests' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const signed = async (name: string): Promise<{ cert: string; key: string }> => {
    const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: name }], {
      algorithm: 'sha256',
      ca: { key: authority.private, cert: authority.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    return { cert, key };
  };
  const [server, client] = [await signed('redis'), await signed('signalr')];
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
  return { ca: authority.cert, server, client, files, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
