import type * as SignalR from '@microsoft/signalr';

/** What the checks need of `@microsoft/signalr`: the module in Node, the same module bundled in a page. */
export type SignalRModule = Pick<
  typeof SignalR,
  'HubConnectionBuilder' | 'HttpTransportType' | 'LogLevel' | 'Subject'
>;

/** One cell of the table: a hub, a transport, an encoding, an identity. */
export interface CheckTarget {
  /** Address of the server. */
  readonly url: string;
  readonly transport: 'WebSockets' | 'ServerSentEvents' | 'LongPolling';
  readonly protocol: 'json' | 'messagepack';
  /** Bearer token; with it the hub that asks for one is called. */
  readonly token?: string | undefined;
}

/** `ok`, or what went wrong. The .NET client prints the same names. */
export type CheckResults = Readonly<Record<string, string>>;

type Connect = (
  change?: (builder: SignalR.HubConnectionBuilder) => unknown,
) => Promise<SignalR.HubConnection>;
type Check = (connect: Connect, signalR: SignalRModule, target: CheckTarget) => Promise<unknown>;

/** The items 0, 1, 2 … of the hub's messages, complete when `count` have come. */
function heard(connection: SignalR.HubConnection, count: number): Promise<number[]> {
  const items: number[] = [];
  return new Promise((resolve) =>
    connection.on('Receive', (item: number) => {
      if (items.push(item) === count) resolve(items);
    }),
  );
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function same(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`got ${got}, wanted ${wanted}`);
}

/** The list of the proof, the same for every client. */
const checks: Readonly<Record<string, Check>> = {
  async invoke(connect, _signalR, { token }) {
    const connection = await connect();
    same(await connection.invoke('Echo', 'Grüße 🙂'), 'Grüße 🙂');
    same(await connection.invoke('WhoAmI'), token === undefined ? null : 'alice');
  },
  async sendAndOn(connect) {
    const connection = await connect();
    const items = heard(connection, 3);
    await connection.send('Tell', 3);
    same(await items, numbers(3));
  },
  async stream(connect) {
    const connection = await connect();
    const items: unknown[] = [];
    await new Promise<void>((complete, error) =>
      connection
        .stream('Count', 3)
        .subscribe({ next: (item) => items.push(item), complete, error }),
    );
    same(items, numbers(3));
  },
  async upload(connect, { Subject }) {
    const connection = await connect();
    const upload = new Subject<number>();
    const sum = connection.invoke('Sum', upload);
    for (const item of [1, 2, 39]) upload.next(item);
    upload.complete();
    same(await sum, 42);
  },
  async clientResult(connect) {
    const connection = await connect();
    connection.on('Answer', (question: string) => `${question} 42`);
    same(await connection.invoke('Ask', 'what?'), 'the client says: what? 42');
  },
  async automaticReconnect(connect) {
    const connection = await connect((builder) => builder.withAutomaticReconnect([0, 100]));
    const before = connection.connectionId;
    const again = new Promise((resolve) => connection.onreconnected(resolve));
    await connection.send('Lose');
    const after = await again;
    same(
      [typeof after, after !== before, connection.connectionId === after],
      ['string', true, true],
    );
    same(await connection.invoke('Echo', 'again'), 'again');
  },
  async statefulReconnect(connect, _signalR, { transport }) {
    const connection = await connect((builder) => builder.withStatefulReconnect());
    const before = connection.connectionId;
    const items = heard(connection, 20);
    await connection.invoke('Tell', 10);
    // Other transports than WebSockets have no stateful reconnect: the client asks for it, and works without.
    if (transport === 'WebSockets') await connection.send('Cut');
    await connection.invoke('Tell', 10);
    same(await items, [...numbers(10), ...numbers(10)]);
    same(connection.connectionId === before, true);
  },
};

/** The names of the checks, each of them `ok`. */
export const allPassed: CheckResults = Object.fromEntries(
  Object.keys(checks).map((name) => [name, 'ok']),
);

/** The options of a connection that the target asks for. */
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

/** Why a client cannot start at the target; `undefined` where it can. */
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

/** Runs the list against one target; each check has a connection of its own and five seconds. */
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
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('not done after 5 s')), 5000);
    });
    try {
      await Promise.race([check(connect, signalR, target), late]);
      return [name, 'ok'];
    } catch (error) {
      return [name, (error as Error).message];
    } finally {
      clearTimeout(timer);
      await connection?.stop();
    }
  };
  // One after the other: a browser opens six HTTP/1.1 connections to a server, and event streams would take them all.
  const results: [string, string][] = [];
  for (const [name, check] of Object.entries(checks)) results.push(await run(name, check));
  return Object.fromEntries(results);
}
