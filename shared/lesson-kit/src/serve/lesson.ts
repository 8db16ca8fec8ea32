import type { Server } from 'node:http';
import type { SignalRServer } from '@practical-signalr/server';
import type { Express } from 'express';

/** The parts of a lesson's server. */
export interface Lesson {
  readonly app: Express;
  readonly server: Server;
  readonly signalr: SignalRServer;
}

/**
 * A lesson that can be served. Instead of a SignalR server, `signalr` may be an object that closes
 * several.
 */
export type ServedLesson = Omit<Lesson, 'signalr'> & {
  readonly signalr: Pick<SignalRServer, 'close'>;
};
