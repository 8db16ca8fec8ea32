import { errors } from '../errors.ts';
import type { EndpointIdentity } from './connection-string.ts';

/**
 * A credential for Microsoft Entra ID. The classes of `@azure/identity` 4 implement this interface.
 * Source: `TokenCredential` of @azure/core-auth.
 */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

/** The classes of `@azure/identity` that this package uses. Installing that package is optional. */
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
 * Returns the credential that a connection string describes.
 * @throws {Error} if `@azure/identity` is not installed
 * (`ERR_SIGNALR_AZURE_IDENTITY_NOT_INSTALLED`).
 */
export async function credentialOf(identity: Identity): Promise<TokenCredential> {
  const name = '@azure/identity'; // A variable, so that TypeScript does not require the package.
  const azure = await import(name).then(
    (module: AzureIdentity) => module,
    (cause: unknown) => Promise.reject(errors.identityNotInstalled(cause)),
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
