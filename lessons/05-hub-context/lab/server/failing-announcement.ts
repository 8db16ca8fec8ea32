import type { RequestHandler } from 'express';
import { FailingHub } from './failing-hub.ts';

/** Sends with a hub that was stored during an earlier call, which is not possible. */
export const failingAnnouncement: RequestHandler = async (_request, response) => {
  const sent = FailingHub.stored?.sendMessageToAll('too late');
  response.send(await sent?.catch((error: Error) => error.message));
};
