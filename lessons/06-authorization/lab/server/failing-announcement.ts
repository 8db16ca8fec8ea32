import type { RequestHandler } from 'express';
import { FailingHub } from './failing-hub.ts';

/** Tries to send with a hub that was stored during an earlier call. The send fails. */
export const failingAnnouncement: RequestHandler = async (_request, response) => {
  const sent = FailingHub.stored?.sendMessageToAll('too late');
  response.send(await sent?.catch((error: Error) => error.message));
};
