import type { Logger } from '@practical-signalr/server/scale-out';
import type { EndpointCredentials } from '../endpoints/endpoint-credentials.ts';
import { logMessages } from '../log-messages.ts';
import { type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import type { ServiceConnection } from './service-connection.ts';

/** The time between renewals, in ms. */
const INTERVAL = 10 * 60_000;

/**
 * Renews the key that signs the tokens of clients, over an open server connection. Only needed if
 * the app signs in with Microsoft Entra ID. Source: `AccessKeySynchronizer` of azure-signalr.
 */
export class AccessKeyRefresh {
  readonly #credentials: EndpointCredentials;
  readonly #pick: () => ServiceConnection | undefined;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    credentials: EndpointCredentials,
    pick: () => ServiceConnection | undefined,
    logger: Logger,
  ) {
    this.#credentials = credentials;
    this.#pick = pick;
    this.#logger = logger;
    if (credentials.useKey !== undefined)
      this.#timer = setInterval(() => void this.#request(), INTERVAL).unref();
  }

  receive({
    kid,
    accessKey,
    errorMessage,
  }: MessageOf<typeof ServiceMessageType.AccessKeyResponse>): void {
    if (kid && accessKey) this.#credentials.useKey?.({ keyId: kid, key: accessKey });
    else this.#logger.warn(logMessages.noAccessKey(errorMessage ?? ''));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #request(): Promise<void> {
    try {
      const token = await this.#credentials.serverToken('', {});
      const kid = this.#credentials.keyId ?? null;
      this.#pick()?.send({ type: ServiceMessageType.AccessKeyRequest, token, kid });
    } catch (error) {
      this.#logger.warn(logMessages.noAccessKey((error as Error).message));
    }
  }
}
