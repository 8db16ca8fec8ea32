import { styleSheet } from '@practical-signalr/lesson-kit';
import type { HubContext } from '@practical-signalr/server';
import { Router, urlencoded } from 'express';
import type { MessageClient } from '../contract.ts';
import { instance } from './environment.ts';
import { authorize } from './token.ts';

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Announcement</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/announcement/style.css">
<main class="page single"><form class="card" method="post"><h1>Announcement</h1><p class="row">
<textarea name="message" rows="1" aria-label="Message"></textarea><button class="primary">Announce</button></p></form></main>`;

/** A page without SignalR: what is posted with a token goes to everyone, or to one user. */
export function announcement(messages: HubContext<MessageClient>): Router {
  const router = Router();
  router.get('/', (_request, response) => response.send(page));
  router.get('/style.css', (_request, response) => response.type('css').send(styleSheet()));
  router.post('/', authorize, urlencoded({ extended: false }), async (request, response) => {
    const { message = '', user } = (request.body ?? {}) as { message?: string; user?: string };
    const receivers = user === undefined ? messages.clients.all : messages.clients.user(user);
    await receivers.send('ReceiveMessage', message, instance);
    response.redirect('/announcement');
  });
  return router;
}
