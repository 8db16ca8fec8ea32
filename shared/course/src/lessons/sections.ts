import { fileURLToPath } from 'node:url';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import type { FollowAlong, Section } from '../home/home-contract.ts';
import { lessonSteps } from './lesson-budgets.ts';

const course = 'https://codeopinion.com/practical-asp-net-core-signalr';

/**
 * What the course has for each section, and which code of the lesson to read while watching. The
 * texts state only what the course page or the C# repository shows. No other addresses are known.
 */
export const videos: readonly FollowAlong[] = [
  {
    covers: 'The overview of the course. The C# repository has no code for this section.',
    page: `${course}/`,
    code: [
      { file: 'client/polling.ts', note: 'requests the status every 2 seconds' },
      { file: 'client/main.ts', note: 'shows what the server pushes' },
      { file: 'server/main.ts', note: 'pushes each change, and responds to the requests' },
    ],
  },
  {
    covers:
      'The layers of SignalR in their order: transport, connection, protocol, hub. The C# repository has no code for this section.',
    code: [
      { file: 'client/main.ts', note: 'one connection per transport' },
      { file: 'server/main.ts', note: 'what negotiate offers' },
    ],
  },
  {
    covers:
      'In the C# code: MessageHub with SendMessageToAll, AddSignalR and MapHub, and message.js, which builds a connection, registers a handler, starts, and invokes.',
    code: [
      { file: 'server/hub.ts', note: 'MessageHub.cs' },
      { file: 'server/main.ts', note: 'AddSignalR and MapHub' },
      { file: 'client/main.ts', note: 'message.js: build, on, start, invoke' },
    ],
  },
  {
    covers:
      'In the C# code: SendMessageToCaller, SendMessageToUser, JoinGroup and SendMessageToGroup, and the messages UserConnected and UserDisconnected.',
    page: `${course}-server-hubs/`,
    code: [
      { file: 'contract.ts', note: 'the new names' },
      { file: 'server/hub.ts', note: 'targets, groups, onConnected and onDisconnected' },
      { file: 'client/main.ts', note: 'the list of targets' },
    ],
  },
  {
    covers:
      'In the C# code: AnnouncementController, which gets IHubContext<MessageHub> and sends the text of a form to all clients.',
    code: [
      { file: 'server/announcement.ts', note: 'the controller and its form' },
      { file: 'server/main.ts', note: 'the hub context that mapHub returns' },
    ],
  },
  {
    covers:
      'In the C# code: the OnMessageReceived hook of JwtBearer, which takes the token from the query string. It is commented out there.',
    code: [
      { file: 'server/auth-fixed.ts', note: 'OnMessageReceived: reads the query string too' },
      { file: 'server/auth-broken.ts', note: 'reads only the header' },
      { file: 'client/main.ts', note: 'accessTokenFactory' },
    ],
  },
  {
    covers:
      'Two servers with Redis as a backplane. In the C# code, the line that adds Redis is commented out.',
    page: `${course}-scaling/`,
    code: [{ file: 'server/main.ts', note: 'one line: scaleOut' }],
  },
  {
    covers:
      'Azure SignalR Service in place of Redis. In the C# code, the line that adds the service is active.',
    page: `${course}-azure/`,
    code: [{ file: 'server/main.ts', note: 'one line: the service instead of Redis' }],
  },
];

/** The texts of a lesson that the course does not have. */
const withoutVideo: FollowAlong = {
  covers: 'The course does not have this lesson.',
  code: [
    { file: 'contract.ts', note: 'the names of both sides' },
    { file: 'server/hub.ts', note: 'the code of the server' },
    { file: 'client/main.ts', note: 'the code of the page' },
  ],
};

/** All lessons in order: the sections of the course, then the lessons that were added. */
export const sections: readonly Section[] = lessonFolders().map(({ number, title, goal }) => ({
  number,
  title,
  goal,
  after: lessonBefore(number),
  follow: videos[number - 1] ?? withoutVideo,
}));

/** The path of the repository. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Returns the port of a lesson: 4100 plus its number. */
export const portOf = (number: number): number => 4100 + number;

/** Returns the number of the lesson that a lesson is compared with: the previous or copied one. */
export function lessonBefore(number: number): number {
  return lessonSteps.find(({ to }) => to === number)?.from ?? number - 1;
}

/** Returns the folder of a lesson in `parent`. Returns undefined while it is in preparation. */
export function lessonFolder(number: number, parent?: string): string | undefined {
  return lessonFolders(parent).find((lesson) => lesson.number === number)?.folder;
}
