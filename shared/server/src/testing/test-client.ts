import {
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  type IHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { typed, type TypedConnection } from '../client/typed.ts';
import type { MethodArguments, MethodName } from '../hubs/client-contract.ts';
import { NextCalls } from './next-calls.ts';

/** How a test client connects. The options of the official client are available, too. */
export interface TestClientOptions extends IHttpConnectionOptions {
  /** For example the MessagePack protocol of the official client. Default: JSON. */
  readonly protocol?: IHubProtocol;
  /** The query of the URL, for example `room=1`. The hub can read it. */
  readonly query?: string;
  /** How long the client waits for a message before it disconnects, in ms. Default: 30,000. */
  readonly serverTimeout?: number;
}

/** The official client, typed by the contract, with what tests need. */
export type TestClient<TServer, TClient> = TypedConnection<TServer, TClient> & {
  /**
   * Waits for the next call of a client method. Resolves with its arguments. If several `nextCall`
   * wait for the same method, each of them gets one call, in their order. Rejects if the connection
   * is closed, or closes before the call.
   * @example
   * const received = client.nextCall('ReceiveMessage');
   * await client.invoke('SendMessage', 'hello');
   * expect(await received).toEqual(['hello']);
   */
  nextCall<TName extends MethodName<TClient>>(
    name: TName,
  ): Promise<MethodArguments<TClient, TName>>;
  /** Closes the connection: `await using client = await server.connect('/chat')`. */
  [Symbol.asyncDispose](): Promise<void>;
};

/** Connects the official client. Its log is off, because errors reject. */
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
  const calls = new NextCalls(connection);
  await connection.start();
  const test = {
    nextCall: (name: string) => calls.next(name),
    [Symbol.asyncDispose]: () => connection.stop(),
  };
  return Object.assign(typed<TServer, TClient>(connection), test) as unknown as TestClient<
    TServer,
    TClient
  >;
}
