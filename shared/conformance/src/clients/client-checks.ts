import type * as SignalR from '@microsoft/signalr';

/**
 * The members of `@microsoft/signalr` that the checks use. The module runs in Node, or bundled in a
 * page.
 */
export type SignalRModule = Pick<
  typeof SignalR,
  'HubConnectionBuilder' | 'HttpTransportType' | 'LogLevel' | 'Subject'
>;

/** One combination of server, transport, protocol and identity. */
export interface CheckTarget {
  /** The base URL of the server. */
  readonly url: string;
  readonly transport: 'WebSockets' | 'ServerSentEvents' | 'LongPolling';
  readonly protocol: 'json' | 'messagepack';
  /** A bearer token. If set, the checks call the hub that requires one. */
  readonly token?: string | undefined;
}

/** The result of each check: `ok` or an error message. The .NET client prints the same names. */
export type CheckResults = Readonly<Record<string, string>>;

type Connect = (
  change?: (builder: SignalR.HubConnectionBuilder) => unknown,
) => Promise<SignalR.HubConnection>;
type Check = (connect: Connect, signalR: SignalRModule, target: CheckTarget) => Promise<unknown>;

/** Resolves with the items of the hub's messages when `count` have arrived. */
function receiveItems(connection: SignalR.HubConnection, count: number): Promise<number[]> {
  const items: number[] = [];
  return new Promise((resolve) =>
    connection.on('Receive', (item: number) => {
      items.push(item);
      if (items.length === count) resolve(items);
    }),
  );
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function expectEqual(actual: unknown, expected: unknown): void {
  const actualJson = JSON.stringify(actual);
  const expectedJson = JSON.stringify(expected);
  if (actualJson !== expectedJson) throw new Error(`got ${actualJson}, expected ${expectedJson}`);
}

/** The checks, the same for every client. */
const checks: Readonly<Record<string, Check>> = {
  async invoke(connect, _signalR, { token }) {
    const connection = await connect();
    expectEqual(await connection.invoke('Echo', 'Grüße 🙂'), 'Grüße 🙂');
    expectEqual(await connection.invoke('WhoAmI'), token === undefined ? null : 'alice');
  },
  async sendAndOn(connect) {
    const connection = await connect();
    const items = receiveItems(connection, 3);
    await connection.send('Tell', 3);
    expectEqual(await items, numbers(3));
  },
  async stream(connect) {
    const connection = await connect();
    const items: unknown[] = [];
    await new Promise<void>((complete, error) =>
      connection
        .stream('Count', 3)
        .subscribe({ next: (item) => items.push(item), complete, error }),
    );
    expectEqual(items, numbers(3));
  },
  async upload(connect, { Subject }) {
    const connection = await connect();
    const upload = new Subject<number>();
    const sum = connection.invoke('Sum', upload);
    for (const item of [1, 2, 39]) upload.next(item);
    upload.complete();
    expectEqual(await sum, 42);
  },
  async clientResult(connect) {
    const connection = await connect();
    connection.on('Answer', (question: string) => `${question} 42`);
    expectEqual(await connection.invoke('Ask', 'what?'), 'the client says: what? 42');
  },
  async automaticReconnect(connect) {
    const connection = await connect((builder) => builder.withAutomaticReconnect([0, 100]));
    const before = connection.connectionId;
    const reconnected = new Promise((resolve) => connection.onreconnected(resolve));
    await connection.send('Lose');
    const after = await reconnected;
    expectEqual(
      [typeof after, after !== before, connection.connectionId === after],
      ['string', true, true],
    );
    expectEqual(await connection.invoke('Echo', 'again'), 'again');
  },
  async statefulReconnect(connect, _signalR, { transport }) {
    const connection = await connect((builder) => builder.withStatefulReconnect());
    const before = connection.connectionId;
    const items = receiveItems(connection, 20);
    await connection.invoke('Tell', 10);
    // Only WebSockets support stateful reconnect. On other transports, the client ignores the
    // option.
    if (transport === 'WebSockets') await connection.send('Cut');
    await connection.invoke('Tell', 10);
    expectEqual(await items, [...numbers(10), ...numbers(10)]);
    expectEqual(connection.connectionId === before, true);
  },
};

/** The expected results: `ok` for every check. */
export const allPassed: CheckResults = Object.fromEntries(
  Object.keys(checks).map((name) => [name, 'ok']),
);

/** Creates a connection builder for a target. */
function builderFor(
  signalR: SignalRModule,
  messagePack: SignalR.IHubProtocol,
  target: CheckTarget,
) {
  const { token } = target;
  const builder = new signalR.HubConnectionBuilder().configureLogging(signalR.LogLevel.None);
  builder.withUrl(`${target.url}/${token === undefined ? 'open' : 'bearer'}`, {
    transport: signalR.HttpTransportType[target.transport],
    ...(token === undefined ? {} : { accessTokenFactory: () => token }),
  });
  return target.protocol === 'json' ? builder : builder.withHubProtocol(messagePack);
}

/** Returns the error if a client cannot connect to the target, and undefined if it can. */
export async function refusal(
  signalR: SignalRModule,
  messagePack: SignalR.IHubProtocol,
  target: CheckTarget,
): Promise<string | undefined> {
  const connection = builderFor(signalR, messagePack, target).build();
  try {
    await connection.start();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await connection.stop();
  }
}

/** Runs all checks against one target. Each check has its own connection and a timeout of 5 s. */
export async function runClientChecks(
  signalR: SignalRModule,
  messagePack: SignalR.IHubProtocol,
  target: CheckTarget,
): Promise<CheckResults> {
  const run = async (name: string, check: Check): Promise<[string, string]> => {
    let connection: SignalR.HubConnection | undefined;
    const connect: Connect = async (change) => {
      const builder = builderFor(signalR, messagePack, target);
      change?.(builder);
      connection = builder.build();
      await connection.start();
      return connection;
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('not done after 5 s')), 5000);
    });
    try {
      await Promise.race([check(connect, signalR, target), timeout]);
      return [name, 'ok'];
    } catch (error) {
      return [name, (error as Error).message];
    } finally {
      clearTimeout(timer);
      await connection?.stop();
    }
  };
  // One after the other, because a browser opens at most six HTTP/1.1 connections to a server, and
  // event streams occupy them.
  const results: [string, string][] = [];
  for (const [name, check] of Object.entries(checks)) results.push(await run(name, check));
  return Object.fromEntries(results);
}
