import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Section } from './home-contract.ts';

const course = 'https://codeopinion.com/practical-asp-net-core-signalr';

/** The eight sections in the order of the course. Addresses are those that are known to exist, no others. */
export const sections: readonly Section[] = [
  {
    number: 1,
    title: 'Course overview',
    goal: 'Polling beside pushing: see what real time buys before any theory.',
    follow: {
      shows: 'What the course is about and how its eight sections build on each other. There is no code in it.',
      page: `${course}/`,
      code: [
        { file: 'client/polling.ts', look: 'asks every two seconds' },
        { file: 'client/main.ts', look: 'is told, and asks nothing' },
        { file: 'server/hub.ts', look: 'tells everybody who is here' },
      ],
    },
  },
  {
    number: 2,
    title: 'SignalR overview',
    goal: 'Negotiation, three transports and the hub protocol, by hand.',
    follow: {
      shows:
        'What SignalR is made of: transports in the order in which they are tried, connections, the protocol, hubs.',
      code: [
        { file: 'client/main.ts', look: 'one connection for each transport' },
        { file: 'client/by-hand.ts', look: 'the same without a client' },
        { file: 'server/main.ts', look: 'what negotiation may offer' },
      ],
    },
  },
  {
    number: 3,
    title: 'Basics',
    goal: 'The smallest chat: one hub method, one handler on the client.',
    follow: {
      shows: 'A hub with SendMessageToAll, its registration and its path, and a page that connects, listens and calls.',
      code: [
        { file: 'server/hub.ts', look: 'MessageHub.cs' },
        { file: 'server/main.ts', look: 'AddSignalR and MapHub of Startup.cs' },
        { file: 'client/main.ts', look: 'message.js: build, on, start, invoke' },
      ],
    },
  },
  {
    number: 4,
    title: 'Server hubs',
    goal: 'Caller, one connection, a group; who comes and goes.',
    follow: {
      shows:
        'Whom a hub can address: everybody, the caller, one connection, a group; and what it learns when clients come and go.',
      page: `${course}-server-hubs/`,
      code: [
        { file: 'contract.ts', look: 'six more names' },
        { file: 'server/hub.ts', look: 'targets, groups, onConnected and onDisconnected' },
        { file: 'client/main.ts', look: 'the list of targets' },
      ],
    },
  },
  {
    number: 5,
    title: 'HubContext',
    goal: 'Send to clients from code that is not a hub call.',
    follow: {
      shows: 'A form outside of SignalR whose controller sends to all clients through IHubContext.',
      code: [
        { file: 'server/announcement.ts', look: 'the controller and its form' },
        { file: 'server/main.ts', look: 'the hub context that mapHub returns' },
      ],
    },
  },
  {
    number: 6,
    title: 'Authorization: broken, then fixed',
    goal: 'Why a valid token fails over WebSockets, and the few lines that mend it.',
    follow: {
      shows: 'A hub that only users with a token may use, and the hook that takes the token out of the query.',
      code: [
        { file: 'server/auth-broken.ts', look: 'reads the header alone' },
        { file: 'server/auth-fixed.ts', look: 'OnMessageReceived: the query too' },
        { file: 'client/main.ts', look: 'accessTokenFactory' },
      ],
    },
  },
  {
    number: 7,
    title: 'Scaling with Redis',
    goal: 'Two servers, one chat; what a backplane does and what it does not.',
    follow: {
      shows: 'Two instances of the app that know nothing of each other, and Redis between them as a backplane.',
      page: `${course}-scaling/`,
      code: [{ file: 'server/main.ts', look: 'one line: scaleOut' }],
    },
  },
  {
    number: 8,
    title: 'Scaling with Azure SignalR Service',
    goal: 'Clients connect to a service; the emulator stands in for it.',
    follow: {
      shows: 'Clients connect to a service in the cloud; the app keeps a few connections to it and needs no Redis.',
      page: `${course}-azure/`,
      code: [
        { file: 'server/main.ts', look: 'one line: the service in place of Redis' },
        { file: 'server/start.ts', look: 'what takes turns and needs no stickiness' },
        { file: 'client/experiments.ts', look: 'both negotiations by hand' },
      ],
    },
  },
];

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The port of a lesson: 4100 and its number. */
export const portOf = (number: number): number => 4100 + number;

/** The folder of a lesson that can be started, below `folder`; undefined while it is in preparation. */
export function lessonFolder(number: number, folder = `${root}lessons`): string | undefined {
  const name = existsSync(folder)
    ? readdirSync(folder).find((entry) => entry.startsWith(`${String(number).padStart(2, '0')}-`))
    : undefined;
  if (name === undefined) return undefined;
  return existsSync(`${folder}/${name}/server/main.ts`) ? `${folder}/${name}` : undefined;
}
