import {
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  type IHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { typed, type TypedConnection } from '../client/typed.ts';
import { errors } from '../errors.ts';
import type { MethodArguments, MethodName } from '../hubs/client-contract.ts';

/** How a test client connects; everything that the official client takes. */
export interface TestClientOptions extends IHttpConnectionOptions {
  /** For example the MessagePack protocol of the official client. Default: JSON. */
  readonly protocol?: IHubProtocol;
  /** For example `room=1`: a query that the hub sees. */
  readonly query?: string;
  /** How long the client waits for a message before it disconnects, in ms. Default: 30,000. */
  readonly serverTimeout?: number;
}

/** The official client, typed by the contract, with what tests need. */
export type TestClient<TServer, TClient> = TypedConnection<TServer, TClient> & {
  /**
   * Waits for the next call of a method and gives its arguments. Rejects when the connection ends
   * first.
   * @example
   * const received = client.nextCall('ReceiveMessage');
   * await client.invoke('SendMessage', 'hello');
   * expect(await received).toEqual(['hello']);
   */
  nextCall<TName extends MethodName<TClient>>(
    name: TName,
  ): Promise<MethodArguments<TClient, TName>>;
  /** Ends the connection: `await using client = await server.connect('/chat')`. */
  [Symbol.asyncDispose](): Promise<void>;
};

/** Connects the official client. Its log is off: what is wrong rejects. */
export async function connectTestClient<TServer, TClient>(
  url: string,
  { protocol, query, serverTimeout, ...options }: TestClientOptions,
): Promise<TestClient<TServer, TClient>> {
  const builder = new HubConnectionBuilder()
    .withUrl(query === undefined ? url : `${url}?${query}`, options)
    .configureLogging(LogLevel.None);
  if (protocol !== undefined) builder.withHubProtocol(protocol);
  if (serverTimeout !== undefined) builder.withServerTimeout(serverTimeout);
  const connection = builder.build();
  const nextCall = (name: string): Promise<unknown[]> => {
    const call = new Promise<unknown[]>((resolve, reject) => {
      const handler = (...args: unknown[]): void => {
        connection.off(name, handler);
        resolve(args);
      };
      connection.on(name, handler);
      connection.onclose((error) => reject(error ?? errors.testConnectionClosed(name)));
    });
    call.catch(() => undefined); // a test need not wait for it
    return call;
  };
  await connection.start();
  const test = { nextCall, [Symbol.asyncDispose]: () => connection.stop() };
  return Object.assign(typed<TServer, TClient>(connection), test) as unknown as TestClient<
    TServer,
    TClient
  >;
}
