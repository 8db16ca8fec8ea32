import type { Lesson } from '@practical-signalr/lesson-kit';
import { z } from 'zod';
import { FailingHub, failingMethods } from './failing-hub.ts';

/** Maps the hubs of the lab. */
export function mapLab({ signalr }: Lesson): void {
  // Types do not exist at run time. The schema refuses a number where the method expects a string.
  const methods = { ...failingMethods, sendMessageToAll: { arguments: [z.string()] } };
  signalr.mapHub('/lab/messages', FailingHub, { methods });
  signalr.mapHub('/lab/large-messages', FailingHub, {
    methods,
    maximumReceiveMessageSize: 64 * 1024,
  });
}
