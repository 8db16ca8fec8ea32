import { courseLessons } from '@practical-signalr/lesson-kit';
import { Hub } from '@practical-signalr/server';
import type { CourseClient, CourseServer } from '../contract.ts';

export class CourseHub extends Hub<CourseClient> implements CourseServer {
  static viewers = 0;

  override async onConnected(): Promise<void> {
    CourseHub.viewers += 1;
    await this.clients.caller.send('Lessons', courseLessons);
    await this.clients.all.send('Viewers', CourseHub.viewers);
  }

  override async onDisconnected(): Promise<void> {
    CourseHub.viewers -= 1;
    await this.clients.all.send('Viewers', CourseHub.viewers);
  }
}

/** The methods that clients can call. A public method that is missing here is a compile error. */
export const methods = [] as const;
