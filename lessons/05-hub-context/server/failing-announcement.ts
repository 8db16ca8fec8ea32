import type { RequestHandler } from 'express';
import { FailingHub } from './failing-hub.ts';

/** The wrong way: a hub that was kept after its call. */
export const failingAnnouncement: RequestHandler = async (_request, response) => {
  const sent = FailingHub.kept?.sendMessageToAll('too late');
  response.send(await sent?.catch((error: Error) => error.message));
};
