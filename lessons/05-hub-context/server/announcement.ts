import { styleSheet } from '@practical-signalr/lesson-kit';
import type { HubContext } from '@practical-signalr/server';
import { Router, urlencoded } from 'express';
import type { MessageClient } from '../contract.ts';

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Announcement</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/announcement/style.css">
<main class="page single"><form class="card" method="post"><h1>Announcement</h1><p class="row">
<textarea name="message" rows="1" aria-label="Message"></textarea><button class="primary">Announce</button></p></form></main>`;

/** A page without SignalR: what is posted goes to everyone. */
export function announcement(messages: HubContext<MessageClient>): Router {
  const router = Router();
  router.get('/', (_request, response) => response.send(page));
  router.get('/style.css', (_request, response) => response.type('css').send(styleSheet()));
  router.post('/', urlencoded({ extended: false }), async (request, response) => {
    const { message = '' } = (request.body ?? {}) as { message?: string };
    await messages.clients.all.send('ReceiveMessage', message);
    response.redirect('/announcement');
  });
  return router;
}
