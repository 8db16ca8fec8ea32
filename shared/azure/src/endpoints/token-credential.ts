import { errorTexts } from '../error-texts.ts';
import type { EndpointIdentity } from './connection-string.ts';

/**
 * Any credential of `@azure/identity` 4 is one: its classes are assignable to it, though nothing here depends on that package.
 * Source: `TokenCredential` of @azure/core-auth.
 */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

/** What is used of `@azure/identity`, which is installed only by those who need it. */
interface AzureIdentity {
  DefaultAzureCredential: new () => TokenCredential;
  ManagedIdentityCredential: new (options: { clientId?: string }) => TokenCredential;
  ClientSecretCredential: new (
    tenantId: string,
    clientId: string,
    secret: string,
  ) => TokenCredential;
  ClientCertificateCredential: new (
    tenantId: string,
    clientId: string,
    path: string,
  ) => TokenCredential;
}

type Identity = Exclude<EndpointIdentity, { kind: 'accessKey' }>;

/**
 * The credential that a connection string names.
 * @throws {Error} a sentence when `@azure/identity` is not installed.
 */
export async function credentialOf(identity: Identity): Promise<TokenCredential> {
  const name = '@azure/identity'; // in a variable, since it is an optional peer
  const azure = await import(name).then(
    (module: AzureIdentity) => module,
    (cause: unknown) => Promise.reject(new Error(errorTexts.identityNotInstalled, { cause })),
  );
  switch (identity.kind) {
    case 'default':
      return new azure.DefaultAzureCredential();
    case 'managedIdentity':
      return new azure.ManagedIdentityCredential(
        identity.clientId === undefined ? {} : { clientId: identity.clientId },
      );
    case 'application': {
      const { tenantId, clientId, clientSecret, clientCertificatePath = '' } = identity;
      if (clientSecret !== undefined)
        return new azure.ClientSecretCredential(tenantId, clientId, clientSecret);
      return new azure.ClientCertificateCredential(tenantId, clientId, clientCertificatePath);
    }
  }
}
