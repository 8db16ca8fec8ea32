import { expect, expectTypeOf, test, vi } from 'vitest';
import { type EndpointIdentity, parseConnectionString } from './connection-string.ts';
import { credentialOf, type TokenCredential } from './token-credential.ts';

const fakeCredential = vi.hoisted(
  () => (name: string) =>
    class {
      readonly createdWith: unknown[];
      constructor(...args: unknown[]) {
        this.createdWith = [name, ...args];
      }
    },
);
// The package is optional and not installed here.
vi.mock('@azure/identity', () => ({
  DefaultAzureCredential: fakeCredential('default'),
  ManagedIdentityCredential: fakeCredential('managed'),
  ClientSecretCredential: fakeCredential('secret'),
  ClientCertificateCredential: fakeCredential('certificate'),
}));

test.each([
  ['AuthType=azure', ['default']],
  ['AuthType=azure.msi', ['managed', {}]],
  ['AuthType=azure.msi;ClientId=c', ['managed', { clientId: 'c' }]],
  ['AuthType=azure.app;ClientId=c;TenantId=t;ClientSecret=s', ['secret', 't', 'c', 's']],
  [
    'AuthType=azure.app;ClientId=c;TenantId=t;ClientCert=/a.pem',
    ['certificate', 't', 'c', '/a.pem'],
  ],
])('%s creates the matching credential of @azure/identity', async (part, expected) => {
  const { identity } = parseConnectionString(`Endpoint=https://a;${part}`);
  const credential = await credentialOf(
    identity as Exclude<EndpointIdentity, { kind: 'accessKey' }>,
  );
  expect(credential).toEqual({ createdWith: expected });
});

/** `AccessToken` and `GetTokenOptions` of @azure/core-auth 1.11, which would bring 6 MB along. */
interface AccessToken {
  token: string;
  expiresOnTimestamp: number;
  refreshAfterTimestamp?: number;
  tokenType?: 'Bearer' | 'pop' | 'Unknown';
}
interface GetTokenOptions {
  abortSignal?: AbortSignal;
  requestOptions?: { timeout?: number };
  claims?: string;
  enableCae?: boolean;
  tenantId?: string;
}
declare class ClientSecretCredential {
  constructor(
    tenantId: string,
    clientId: string,
    clientSecret: string,
    options?: { authorityHost?: string },
  );
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>;
}

test('the credentials of @azure/identity are assignable to TokenCredential', () => {
  expectTypeOf<ClientSecretCredential>().toExtend<TokenCredential>();
  expectTypeOf<{
    getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
  }>().toExtend<TokenCredential>();
  // What needs more than the scope is none.
  expectTypeOf<{
    getToken(scopes: string, tenantId: string): Promise<AccessToken>;
  }>().not.toExtend<TokenCredential>();
});
