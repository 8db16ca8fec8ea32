import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseConnectionString } from './connection-string.ts';

const KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';

test('the connection string of the official emulator is valid', () => {
  expect(
    parseConnectionString(`Endpoint=http://localhost;Port=8888;AccessKey=${KEY};Version=1.0;`),
  ).toEqual({
    endpoint: 'http://localhost:8888',
    clientEndpoint: undefined,
    serverEndpoint: undefined,
    version: '1.0',
    identity: { kind: 'accessKey', accessKey: KEY },
  });
});

test('keys are case-insensitive, values keep their case and equals signs, spaces are ignored', () => {
  const read = parseConnectionString(
    ' ENDPOINT = https://Demo.service.signalr.net/ ;; nothing; accesskey = ab== ; color=red',
  );
  expect(read.endpoint).toBe('https://Demo.service.signalr.net');
  expect(read.identity).toEqual({ kind: 'accessKey', accessKey: 'ab==' });
});

test('Port replaces the port of Endpoint only', () => {
  const read = parseConnectionString(
    'Endpoint=http://a:1/;Port=2;ClientEndpoint=https://b:3/;ServerEndpoint=http://c:4;AccessKey=k',
  );
  expect([read.endpoint, read.clientEndpoint, read.serverEndpoint]).toEqual([
    'http://a:2',
    'https://b:3',
    'http://c:4',
  ]);
});

test.each([
  ['AuthType=azure', { kind: 'default' }],
  ['AuthType=Azure.MSI', { kind: 'managedIdentity' }],
  ['AuthType=azure.msi;ClientId=c', { kind: 'managedIdentity', clientId: 'c' }],
  [
    'AuthType=azure.app;ClientId=c;TenantId=t;ClientSecret=s',
    { kind: 'application', clientId: 'c', tenantId: 't', clientSecret: 's' },
  ],
  [
    'AuthType=azure.app;ClientId=c;TenantId=t;ClientCert=/a.pem',
    { kind: 'application', clientId: 'c', tenantId: 't', clientCertificatePath: '/a.pem' },
  ],
  ['AuthType=aad', { kind: 'managedIdentity' }],
  ['AuthType=aad;ClientId=c', { kind: 'managedIdentity', clientId: 'c' }],
  [
    'AuthType=aad;ClientId=c;TenantId=t;ClientSecret=s',
    { kind: 'application', clientId: 'c', tenantId: 't', clientSecret: 's' },
  ],
  ['AuthType=other;AccessKey=k', { kind: 'accessKey', accessKey: 'k' }],
])('%s', (part, identity) => {
  expect(parseConnectionString(`Endpoint=https://a;${part}`).identity).toEqual(identity);
});

test.each([
  ['', 'has no Endpoint'],
  // A shell that gets the string without quotes keeps only the part before the first semicolon.
  [`Endpoint=https://a`, 'has no AccessKey. Copy the complete string'],
  [`AccessKey=${KEY};Version=1.0`, 'has no Endpoint'],
  [`Endpoint=;AccessKey=${KEY}`, 'has no Endpoint'],
  [`Endpoint=ftp://${KEY};AccessKey=${KEY}`, 'Endpoint'],
  [`Endpoint=localhost AccessKey=${KEY};Version=1.0`, 'Endpoint of the connection string'],
  [`Endpoint=http://;AccessKey=${KEY}`, 'http or https URL'],
  [`Endpoint=http://a;Port=0;AccessKey=${KEY}`, 'Port'],
  [`Endpoint=http://a;Port=65536;AccessKey=${KEY}`, '65535'],
  [`Endpoint=http://a;Port=${KEY};AccessKey=${KEY}`, 'Port'],
  [`Endpoint=http://a;Version=2.0;AccessKey=${KEY}`, 'Version'],
  [`Endpoint=http://a;Version=1.;AccessKey=${KEY}`, 'Version'],
  [`Endpoint=http://a;ClientEndpoint=b;AccessKey=${KEY}`, 'ClientEndpoint'],
  [`Endpoint=http://a;ServerEndpoint=ws://b;AccessKey=${KEY}`, 'ServerEndpoint'],
  [`Endpoint=http://a;AccessKey=${KEY};accesskey=${KEY}`, 'AccessKey twice'],
  [`Endpoint=http://a;${KEY}=1;${KEY}=2`, 'a key twice'],
  ['Endpoint=http://a;Version=1.0', 'no AccessKey'],
  ['Endpoint=http://a;AccessKey=', 'no AccessKey'],
  [`Endpoint=http://a;AuthType=${KEY}`, 'AuthType'],
  ['Endpoint=http://a;AuthType=azure.app;TenantId=t;ClientSecret=s', 'ClientId'],
  ['Endpoint=http://a;AuthType=azure.app;ClientId=c;ClientSecret=s', 'TenantId'],
  ['Endpoint=http://a;AuthType=azure.app;ClientId=c;TenantId=t', 'ClientSecret or ClientCert'],
  ['Endpoint=http://a;AuthType=aad;ClientId=c;TenantId=t', 'ClientSecret or ClientCert'],
])('%s is refused without showing a value', (connectionString, part) => {
  let text = '';
  let shown = '';
  try {
    parseConnectionString(connectionString);
  } catch (error) {
    text = (error as Error).message;
    shown = inspect(error, { depth: 9, showHidden: true });
  }
  expect(text).toContain(part);
  expect(text).toMatch(/^[A-Z].*\.$/);
  expect(text.toLowerCase()).not.toContain(KEY.toLowerCase());
  expect(shown.toLowerCase()).not.toContain(KEY.toLowerCase()); // Neither in its cause nor in its stack.
});
