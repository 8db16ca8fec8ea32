import { expect, test, vi } from 'vitest';
import { type EndpointIdentity, parseConnectionString } from './connection-string.ts';
import { credentialOf } from './token-credential.ts';

const made = vi.hoisted(
  () => (name: string) =>
    class {
      readonly made: unknown[];
      constructor(...args: unknown[]) {
        this.made = [name, ...args];
      }
    },
);
// The package is optional and not installed here.
vi.mock('@azure/identity', () => ({
  DefaultAzureCredential: made('default'),
  ManagedIdentityCredential: made('managed'),
  ClientSecretCredential: made('secret'),
  ClientCertificateCredential: made('certificate'),
}));

test.each([
  ['AuthType=azure', ['default']],
  ['AuthType=azure.msi', ['managed', undefined]],
  ['AuthType=azure.msi;ClientId=c', ['managed', 'c']],
  ['AuthType=azure.app;ClientId=c;TenantId=t;ClientSecret=s', ['secret', 't', 'c', 's']],
  ['AuthType=azure.app;ClientId=c;TenantId=t;ClientCert=/a.pem', ['certificate', 't', 'c', '/a.pem']],
])('%s makes the credential of @azure/identity', async (part, expected) => {
  const { identity } = parseConnectionString(`Endpoint=https://a;${part}`);
  const credential = await credentialOf(identity as Exclude<EndpointIdentity, { kind: 'accessKey' }>);
  expect(credential).toEqual({ made: expected });
});
