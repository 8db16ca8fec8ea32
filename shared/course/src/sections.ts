import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One section of the course. */
export interface Section {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
}

/** The eight sections in the order of the course. */
export const sections: readonly Section[] = [
  { number: 1, title: 'Course overview', goal: 'Polling beside pushing: see what real time buys before any theory.' },
  { number: 2, title: 'SignalR overview', goal: 'Negotiation, three transports and the hub protocol, by hand.' },
  { number: 3, title: 'Basics', goal: 'The smallest chat: one hub method, one handler on the client.' },
  { number: 4, title: 'Server hubs', goal: 'Caller, one connection, a group; who comes and goes.' },
  { number: 5, title: 'HubContext', goal: 'Send to clients from code that is not a hub call.' },
  {
    number: 6,
    title: 'Authorization: broken, then fixed',
    goal: 'Why a valid token fails over WebSockets, and the few lines that mend it.',
  },
  {
    number: 7,
    title: 'Scaling with Redis',
    goal: 'Two servers, one chat; what a backplane does and what it does not.',
  },
  {
    number: 8,
    title: 'Scaling with Azure SignalR Service',
    goal: 'Clients connect to a service; the emulator stands in for it.',
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
