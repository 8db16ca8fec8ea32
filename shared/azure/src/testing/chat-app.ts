import { Hub, type SignalRServerOptions, stream } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import type { AzureSignalROptions } from '../azure-options.ts';
import { azureSignalR } from '../azure-signalr.ts';

/** The events of the hub. {@link startChat} clears them. */
export const hubEvents: string[] = [];

/** The hub of the tests. */
export class ChatHub extends Hub {
  override onConnected(): void {
    hubEvents.push(`+${this.context.connectionId}`);
  }
  override onDisconnected(): void {
    hubEvents.push(`-${this.context.connectionId}`);
  }
  who(): unknown {
    const { userIdentifier, user, request } = this.context;
    return [
      userIdentifier ?? null,
      user ?? null,
      request.path,
      request.remoteAddress,
      request.query.get('room') ?? null,
    ];
  }
  echo(text: unknown): unknown {
    return text;
  }
  async say(text: string): Promise<void> {
    await this.clients.all.send('Said', text);
  }
  async ask(connectionId: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('Name');
  }
  /** Returns after {@link release} was called. */
  async wait(text: string): Promise<string> {
    hubEvents.push(`waits ${text}`);
    await new Promise<void>((resolve) => (release = resolve));
    return text;
  }
  async *tick(): AsyncGenerator<number> {
    yield 1;
    await new Promise<void>((resolve) =>
      this.context.invocationAborted.addEventListener('abort', () => resolve()),
    );
  }
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }
  join(group: string): Promise<void> {
    return this.groups.add(this.context.connectionId, group);
  }
}

/** The methods of the hub that clients can call. */
export const chatMethods = {
  who: {},
  echo: {},
  say: {},
  ask: {},
  wait: {},
  tick: {},
  sum: { arguments: [stream] },
  join: {},
} as const;

/** Lets a call of `Wait` return. */
export let release = (): void => undefined;

export type ChatApp = TestServer<{ readonly '/chat': ChatHub }>;

const nothing = (): void => undefined;

/** A logger that discards everything. */
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Starts an app with the hub at /chat. It ignores the environment variables and reconnects quickly.
 */
export function startChat(
  azure: AzureSignalROptions,
  options: SignalRServerOptions = {},
): Promise<ChatApp> {
  hubEvents.length = 0;
  const scaleOut = azureSignalR({
    initialHubServerConnectionCount: 1,
    retryDelay: () => 20,
    environment: {},
    logger: silent,
    ...azure,
  });
  return testServer(
    {
      '/chat': {
        hub: ChatHub,
        methods: chatMethods,
      },
    },
    { scaleOut, logger: silent, ...options },
  );
}

/** Negotiates as a client does. */
export async function negotiate(
  app: { readonly url: string },
  headers: Record<string, string> = {},
  query = '',
): Promise<{
  status: number;
  text: string;
  url: URL;
  accessToken: string;
  claims: Record<string, unknown>;
}> {
  const response = await fetch(`${app.url}/chat/negotiate?negotiateVersion=1${query}`, {
    method: 'POST',
    headers,
  });
  const { status } = response;
  const text = await response.text();
  if (status !== 200) return { status, text, url: new URL(app.url), accessToken: '', claims: {} };
  const { url, accessToken } = JSON.parse(text) as { url: string; accessToken: string };
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8');
  return {
    status,
    text,
    url: new URL(url),
    accessToken,
    claims: JSON.parse(payload) as Record<string, unknown>,
  };
}
