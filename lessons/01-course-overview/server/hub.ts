import { Hub } from '@practical-signalr/server';
import type { CourseClient } from '../contract.ts';
import { lessons } from './lessons.ts';

export class CourseHub extends Hub<CourseClient> {
  static viewers = 0;

  override async onConnected(): Promise<void> {
    await this.clients.caller.send('Lessons', lessons);
    await this.clients.all.send('Viewers', ++CourseHub.viewers);
  }

  override async onDisconnected(): Promise<void> {
    await this.clients.all.send('Viewers', --CourseHub.viewers);
  }
}
