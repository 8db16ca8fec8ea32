import { connect } from 'node:net';
import type { Lesson } from '../contract.ts';

const lesson = (number: number, title: string, goal: string): Lesson => ({ number, title, goal, up: false });

/** The sections as the course names them. */
export const lessons = [
  lesson(1, 'Course Overview', 'Polling beside pushing'),
  lesson(2, 'ASP.NET Core SignalR Overview', 'Negotiation, transports, hub protocol'),
  lesson(3, 'Basics', 'One hub method, one handler'),
  lesson(4, 'Server Hubs', 'Caller, connection, group'),
  lesson(5, 'HubContext', 'Sending from outside a hub'),
  lesson(6, 'Authorization', 'Broken, then fixed'),
  lesson(7, 'Scaling with Redis', 'Two servers, one chat'),
  lesson(8, 'Scaling with Azure SignalR Service', 'Clients connect to a service'),
];

const ownPort = Number(process.env['PORT'] ?? 4101);

/** Looks every second which lessons answer, and tells what has changed. */
export function watchLessons(changed: (lesson: Lesson) => void): void {
  setInterval(async () => {
    for (const each of lessons) {
      const up = await answers(ownPort + each.number - 1);
      if (up === each.up) continue;
      each.up = up;
      changed(each);
    }
  }, 1000).unref();
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
