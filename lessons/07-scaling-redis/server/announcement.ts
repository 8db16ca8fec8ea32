import { formPage } from '@practical-signalr/lesson-kit';
import type { HubContext } from '@practical-signalr/server';
import { Router, urlencoded } from 'express';
import type { MessageClient } from '../contract.ts';

const form = formPage(
  'Announce',
  '<textarea name="message" aria-label="Message" required></textarea>',
);

/** Serves a form without SignalR. The hub context sends its message to all clients. */
export function announcement(messages: HubContext<MessageClient>): Router {
  const router = Router();
  router.get('/', (_request, response) => response.send(form));
  router.post('/', urlencoded(), async (request, response) => {
    const { message = '' } = (request.body ?? {}) as { message?: string };
    await messages.clients.all.send('ReceiveMessage', message);
    response.redirect('/announcement');
  });
  return router;
}
