import { type HubConnection, HubConnectionBuilder } from '@microsoft/signalr';
import type { OutcomeGroup } from '../outcomes/explain-outcomes.ts';
import { useConnection } from '../outcomes/use-connection.ts';
import type { Lab } from './lab.ts';

/**
 * Returns the lab of lesson 3: what goes wrong with a call, and what succeeds although it looks
 * wrong.
 * @param path the path of the lab. Its server maps a hub at `messages` and one at `large-messages`
 * below it.
 * @example showLab(basicsLab('/lab'));
 */
export function basicsLab(path: string): Lab {
  const url = `${path}/messages`;
  return {
    lesson: 3,
    title: 'Basics',
    failures: describeFailures(url, `${path}/large-messages`),
    experiments: describeExperiments(url),
  };
}

// These connections have no contract: half of these calls would not compile with it.
const createConnection = (url: string): HubConnection =>
  new HubConnectionBuilder().withUrl(url).build();

/** Returns a function that calls a hub method on a connection of its own. */
const callerOf =
  (url: string) =>
  (method: string, ...args: unknown[]): Promise<string> =>
    useConnection(url, async ({ connection }) => {
      await connection.invoke(method, ...args);
      return 'The call succeeds.';
    });

/** Returns a function that calls a hub method, and returns what the client has logged. */
const logReaderOf =
  (url: string) =>
  (
    method: string,
    args: readonly unknown[],
    register: (connection: HubConnection) => void = () => undefined,
  ): Promise<string> =>
    useConnection(url, async ({ connection, log }) => {
      register(connection);
      await connection.invoke(method, ...args);
      await new Promise((resolve) => setTimeout(resolve)); // The client logs after its handlers have run.
      return `The call succeeds. Client log: ${log.join(' ') || 'empty'}`;
    });

/** Returns the outcomes that fail in lesson 3. */
function describeFailures(url: string, largeMessages: string): readonly OutcomeGroup[] {
  const call = callerOf(url);
  const callAndReadLog = logReaderOf(url);
  return [
    {
      heading: 'The call is wrong',
      outcomes: [
        {
          action: 'Call an unknown method',
          expected:
            "`Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist.`",
          why: 'The hub has no method with this name.',
          cure: 'Call a method of the contract. With it, other names do not compile.',
          attempt: () => call('Nope'),
          tryCure: () => call('SendMessageToAll', 'hello'),
        },
        {
          action: 'Pass too few arguments',
          expected: "`Failed to invoke 'sendMessageToAll' due to an error on the server.`",
          why: 'The number of arguments must match. The server logs the reason and does not send it.',
          cure: 'Pass what the method declares. With the contract, this does not compile.',
          attempt: () => call('SendMessageToAll'),
          tryCure: () => call('SendMessageToAll', 'hello'),
        },
        {
          action: 'Pass too many arguments',
          expected: "`Failed to invoke 'sendMessageToAll' due to an error on the server.`",
          why: 'The number of arguments must match.',
          cure: 'Pass what the method declares. With the contract, this does not compile.',
          attempt: () => call('SendMessageToAll', 'one', 'two'),
          tryCure: () => call('SendMessageToAll', 'one'),
        },
        {
          action: 'Pass a number instead of a string',
          expected: "`Failed to invoke 'sendMessageToAll' due to an error on the server.`",
          why: 'The hub of the lab has a schema for this argument. TypeScript types do not exist at run time: without a schema, the hub receives the number.',
          cure: 'Pass a string. Give every method that strangers can call a schema.',
          attempt: () => call('SendMessageToAll', 42),
          tryCure: () => call('SendMessageToAll', '42'),
        },
        {
          action: 'Invoke before start',
          expected: "`Cannot send data if the connection is not in the 'Connected' State.`",
          why: 'The connection is not open yet.',
          cure: 'Wait for `start()`.',
          attempt: async () =>
            String(await createConnection(url).invoke('SendMessageToAll', 'hello')),
          tryCure: () => call('SendMessageToAll', 'hello'),
        },
        {
          action: 'Send an argument of 33 KB',
          expected: '`Server returned an error on close: Connection closed with an error.`',
          why: 'The server accepts messages of at most 32 KB. A longer one closes the connection.',
          cure: 'Send less, or raise `maximumReceiveMessageSize`, as the hub of the cure does.',
          attempt: () => call('SendMessageToAll', 'x'.repeat(33_000)),
          tryCure: () =>
            useConnection(largeMessages, async ({ connection }) => {
              await connection.invoke('SendMessageToAll', 'x'.repeat(33_000));
              return 'The call succeeds.';
            }),
        },
      ],
    },
    {
      heading: 'The hub method throws',
      outcomes: [
        {
          action: 'Throw an Error',
          expected: "`An unexpected error occurred invoking 'boom' on the server.`",
          why: 'The text of an `Error` stays on the server. It can contain a secret path.',
          cure: 'Read the log of the server. Throw a `HubError` if clients should see the text.',
          attempt: () => call('Boom'),
          tryCure: () => call('ThrowHubError'),
        },
        {
          action: 'Throw a HubError',
          expected:
            "`An unexpected error occurred invoking 'throwHubError' on the server. HubException: The room is full.`",
          why: 'The text of a `HubError` is meant for clients.',
          cure: 'Catch the error of `invoke`, and show the part after `HubException:`.',
          attempt: () => call('ThrowHubError'),
        },
      ],
    },
    {
      heading: 'The client handler is wrong',
      note: 'only the log of the client shows it, and only after configureLogging',
      outcomes: [
        {
          action: 'Have no handler',
          expected: "`No client method with the name 'nobodylistens' found.`",
          why: 'The server calls a client method that has no handler. The message is lost.',
          cure: 'Register a handler with `on` before `start()`.',
          attempt: () => callAndReadLog('CallMissingHandler', []),
          tryCure: () =>
            callAndReadLog('CallMissingHandler', [], (connection) => {
              connection.on('NobodyListens', () => undefined);
            }),
        },
        {
          action: 'Register a handler too late',
          expected: "`No client method with the name 'receivemessage' found.`",
          why: 'The message arrives before `on` is called. It is not kept.',
          cure: 'Call `on` before `start()`.',
          attempt: () =>
            useConnection(url, async ({ connection, log }) => {
              await connection.invoke('SendMessageToAll', 'too early');
              connection.on('ReceiveMessage', () => undefined);
              return `The call succeeds. Client log: ${log.join(' ')}`;
            }),
          tryCure: () =>
            callAndReadLog('SendMessageToAll', ['in time'], (connection) => {
              connection.on('ReceiveMessage', () => undefined);
            }),
        },
        {
          action: 'Return a value from a handler',
          expected:
            "`Result given for 'receivemessage' method but server is not expecting a result.`",
          why: 'The server called the handler without asking for a result.',
          cure: 'Return nothing.',
          attempt: () =>
            callAndReadLog('SendMessageToAll', ['hello'], (connection) => {
              connection.on('ReceiveMessage', () => 'a value');
            }),
          tryCure: () =>
            callAndReadLog('SendMessageToAll', ['hello'], (connection) => {
              connection.on('ReceiveMessage', () => undefined);
            }),
        },
      ],
    },
  ];
}

/** Returns the outcomes that succeed in lesson 3, although they look wrong. */
function describeExperiments(url: string): readonly OutcomeGroup[] {
  const call = callerOf(url);
  return [
    {
      heading: 'Names and results',
      outcomes: [
        {
          action: 'Call sendmessagetoall',
          expected: 'The call succeeds.',
          why: 'SignalR matches method names case-insensitively, on both sides. The contract is stricter: it allows one spelling.',
          cure: 'Write the call into `client/main.ts`, and read the error of the compiler.',
          attempt: () => call('sendmessagetoall', 'hello'),
        },
        {
          action: 'Send to an unknown method',
          expected: '`send` resolves.',
          why: '`send` asks for no completion, so the client never learns that the method does not exist.',
          cure: 'Replace `invoke` by `send` in `client/main.ts`: what do you not learn any more?',
          attempt: () =>
            useConnection(url, async ({ connection }) => {
              await connection.send('Nope');
              return 'send resolves.';
            }),
        },
      ],
    },
  ];
}
