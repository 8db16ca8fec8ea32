import { fileURLToPath } from 'node:url';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import type { FollowAlong, Section } from '../home/home-contract.ts';
import { lessonSteps } from './lesson-budgets.ts';

const course = 'https://codeopinion.com/practical-asp-net-core-signalr';

/** What to have beside the video of each section, in the order of the course. Addresses are those that are known to exist, no others. */
export const videos: readonly FollowAlong[] = [
  {
    shows:
      'What the course is about and how its eight sections build on each other. There is no code in it.',
    page: `${course}/`,
    code: [
      { file: 'client/polling.ts', look: 'asks every two seconds' },
      { file: 'client/main.ts', look: 'is told, and asks nothing' },
      { file: 'server/hub.ts', look: 'tells everybody who is here' },
    ],
  },
  {
    shows:
      'What SignalR is made of: transports in the order in which they are tried, connections, the protocol, hubs.',
    code: [
      { file: 'client/main.ts', look: 'one connection for each transport' },
      { file: 'client/by-hand.ts', look: 'the same without a client' },
      { file: 'server/main.ts', look: 'what negotiation may offer' },
    ],
  },
  {
    shows:
      'A hub with SendMessageToAll, its registration and its path, and a page that connects, listens and calls.',
    code: [
      { file: 'server/hub.ts', look: 'MessageHub.cs' },
      { file: 'server/main.ts', look: 'AddSignalR and MapHub of Startup.cs' },
      { file: 'client/main.ts', look: 'message.js: build, on, start, invoke' },
    ],
  },
  {
    shows:
      'Whom a hub can address: everybody, the caller, one connection, a group; and what it learns when clients come and go.',
    page: `${course}-server-hubs/`,
    code: [
      { file: 'contract.ts', look: 'six more names' },
      { file: 'server/hub.ts', look: 'targets, groups, onConnected and onDisconnected' },
      { file: 'client/main.ts', look: 'the list of targets' },
    ],
  },
  {
    shows: 'A form outside of SignalR whose controller sends to all clients through IHubContext.',
    code: [
      { file: 'server/announcement.ts', look: 'the controller and its form' },
      { file: 'server/main.ts', look: 'the hub context that mapHub returns' },
    ],
  },
  {
    shows:
      'A hub that only users with a token may use, and the hook that takes the token out of the query.',
    code: [
      { file: 'server/auth-broken.ts', look: 'reads the header alone' },
      { file: 'server/auth-fixed.ts', look: 'OnMessageReceived: the query too' },
      { file: 'client/main.ts', look: 'accessTokenFactory' },
    ],
  },
  {
    shows:
      'Two instances of the app that know nothing of each other, and Redis between them as a backplane.',
    page: `${course}-scaling/`,
    code: [{ file: 'server/main.ts', look: 'one line: scaleOut' }],
  },
  {
    shows:
      'Clients connect to a service in the cloud; the app keeps a few connections to it and needs no Redis.',
    page: `${course}-azure/`,
    code: [
      { file: 'server/main.ts', look: 'one line: the service in place of Redis' },
      { file: 'server/start.ts', look: 'what takes turns and needs no stickiness' },
      { file: 'client/experiments.ts', look: 'both negotiations by hand' },
    ],
  },
];

/** A lesson that the course does not have. */
const withoutVideo: FollowAlong = {
  shows: 'No video: the course does not have this lesson.',
  code: [
    { file: 'contract.ts', look: 'the names of both sides' },
    { file: 'server/hub.ts', look: 'what runs on the server' },
    { file: 'client/main.ts', look: 'what runs in the page' },
  ],
};

/** All lessons in order, as their folders describe them: the sections of the course, then what was added to them. */
export const sections: readonly Section[] = lessonFolders().map(({ number, title, goal }) => ({
  number,
  title,
  goal,
  after: lessonBefore(number),
  follow: videos[number - 1] ?? withoutVideo,
}));

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The port of a lesson: 4100 and its number. */
export const portOf = (number: number): number => 4100 + number;

/** The lesson that another one is compared with: the one before it, or the one that it was made from. */
export function lessonBefore(number: number): number {
  return lessonSteps.find(({ to }) => to === number)?.from ?? number - 1;
}

/** The folder of a lesson that can be started, below `parent`; undefined while it is in preparation. */
export function lessonFolder(number: number, parent?: string): string | undefined {
  return lessonFolders(parent).find((lesson) => lesson.number === number)?.folder;
}
