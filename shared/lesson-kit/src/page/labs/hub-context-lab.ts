import type { HubConnection } from '@microsoft/signalr';
import { fetchText } from '../forms/fetch-text.ts';
import type { OutcomeGroup } from '../outcomes/explain-outcomes.ts';
import { useConnection } from '../outcomes/use-connection.ts';
import type { Lab } from './lab.ts';

/** The options of {@link hubContextLab}. */
export interface HubContextLabOptions {
  /**
   * Whether `/announcement` requires a token, as from lesson 6 on. Then one of the failures is
   * cured.
   */
  readonly isProtected?: boolean;
}

/**
 * Returns the lab of lesson 5: what goes wrong with code that runs outside of a hub call.
 * @param path the path of the lab. Its server maps a hub at `messages` below it, and handles posts
 * to `announce` and to
 * `failing-announcement`.
 * @example showLab(hubContextLab('/lab'));
 */
export function hubContextLab(
  path: string,
  { isProtected = false }: HubContextLabOptions = {},
): Lab {
  const failures = describeFailures(path);
  return {
    lesson: 5,
    title: 'HubContext',
    failures: isProtected ? failures : [...failures, unprotectedForm],
    experiments: describeExperiments(path),
  };
}

/** Posts the form of the lesson, as any program can. */
async function announce(): Promise<string> {
  const body = new URLSearchParams({ message: 'from the lab' });
  const { ok, status } = await fetch('/announcement', { method: 'POST', body });
  return ok ? 'The announcement is sent.' : `The server answers ${status}.`;
}

/** Lets a router send to this connection, and returns what arrives. */
const receiveFromRouter = (
  path: string,
  address: (connection: HubConnection) => Promise<string> | string,
): Promise<string> =>
  useConnection(`${path}/messages`, async ({ connection }) => {
    let received = 0;
    connection.on('ReceiveMessage', () => {
      received += 1;
    });
    await fetchText(`${path}/announce?${await address(connection)}`, { method: 'POST' });
    await connection.invoke('SendMessageToGroup', 'nobody', ''); // completes after what was sent before
    return `Messages that arrive: ${received}.`;
  });

/** Returns the outcomes that fail in lesson 5. */
const describeFailures = (path: string): readonly OutcomeGroup[] => [
  {
    heading: 'The code runs outside of a hub call',
    outcomes: [
      {
        action: 'Use a hub after its call',
        expected: "`Cannot access a disposed object. Object name: 'FailingHub'.`",
        why: 'A hub instance lives for one call. A router that stores `this` uses it too late: its caller and its context belong to a call that has ended.',
        cure: 'Use the hub context that `mapHub` returns, as `server/announcement.ts` does.',
        attempt: () =>
          useConnection(`${path}/messages`, async ({ connection }) => {
            await connection.invoke('StoreThis');
            return fetchText(`${path}/failing-announcement`, { method: 'POST' });
          }),
        tryCure: () => fetchText(`${path}/announce?group=anybody`, { method: 'POST' }),
      },
    ],
  },
];

/** What fails in lesson 5, until lesson 6 protects the form. */
const unprotectedForm: OutcomeGroup = {
  heading: 'Nobody is authenticated',
  outcomes: [
    {
      action: 'Announce without a login',
      expected: 'The announcement is sent.',
      why: 'Nothing protects `/announcement`. Everybody who can reach the port can send to all clients.',
      cure: 'Require a token. Lesson 6 does it.',
      attempt: announce,
    },
  ],
};

/** Returns the outcomes that succeed in lesson 5. */
const describeExperiments = (path: string): readonly OutcomeGroup[] => [
  {
    heading: 'Receivers without a caller',
    outcomes: [
      {
        action: 'Send to one group from a router',
        expected: 'Messages that arrive: 1.',
        why: 'The hub context has `all`, `group`, `client` and `user`. It also adds connections to groups.',
        cure: 'Write `clients.caller` into `server/announcement.ts`, and read the error of the compiler.',
        attempt: () =>
          receiveFromRouter(path, async (connection) => {
            const group = crypto.randomUUID();
            await connection.invoke('JoinGroup', group);
            return `group=${group}`;
          }),
      },
      {
        action: 'Send to one connection from a router',
        expected: 'Messages that arrive: 1.',
        why: 'A connection id is enough. The router can get it from a database, for example.',
        cure: 'Send to a connection that has closed. Does the router get an error?',
        attempt: () =>
          receiveFromRouter(path, (connection) => `connection=${connection.connectionId ?? ''}`),
      },
    ],
  },
];
