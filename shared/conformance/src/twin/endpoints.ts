import type { HubContext, UntypedClient } from '@practical-signalr/server';
import { ask } from './conformance-hub.ts';
import { json, type Router, Router as createRouter, urlencoded } from 'express';

type Context = HubContext<UntypedClient>;

const page =
  '<html><body><form action="/announcement" method="POST"><textarea name="message"></textarea>' +
  '<input type="submit" value="Send"></form></body></html>';

/** Serves the form of the course, and sends the posted message to all clients. */
export function announcements(messages: Context): Router {
  const router = createRouter();
  router.get('/', (_request, response) => response.type('text/html; charset=utf-8').send(page));
  router.post('/', urlencoded({ extended: false }), async (request, response) => {
    await messages.clients.all.send(
      'ReceiveMessage',
      (request.body as { message?: string }).message ?? null,
    );
    response.writeHead(302, { Location: '/announcement' }).end();
  });
  return router;
}

interface SendCommand {
  readonly to?: string[];
  readonly except?: string[];
  readonly message: unknown;
}

/** Sends from outside a hub: `POST /hubcontext/KIND`. */
export function hubContextEndpoints({ clients, groups }: Context): Router {
  const kinds: Record<string, (to: string[], message: unknown, except: string[]) => Promise<void>> =
    {
      all: (_to, message) => clients.all.send('Receive', message),
      'all-except': (_to, message, except) => clients.allExcept(except).send('Receive', message),
      client: ([to = ''], message) => clients.client(to).send('Receive', message),
      clients: (to, message) => clients.clients(to).send('Receive', message),
      group: ([to = ''], message) => clients.group(to).send('Receive', message),
      'group-except': ([to = ''], message, except) =>
        clients.groupExcept(to, except).send('Receive', message),
      groups: (to, message) => clients.groups(to).send('Receive', message),
      user: ([to = ''], message) => clients.user(to).send('Receive', message),
      users: (to, message) => clients.users(to).send('Receive', message),
      'add-to-group': ([connectionId = '', group = '']) => groups.add(connectionId, group),
      'remove-from-group': ([connectionId = '', group = '']) => groups.remove(connectionId, group),
    };
  const router = createRouter();
  router.post('/invoke', json(), async (request, response) => {
    const { to: [id = ''] = [], message } = request.body as SendCommand;
    const text = await ask(clients.client(id), message).catch(
      (error: Error) => `failed: ${error.message}`,
    );
    response.type('text/plain; charset=utf-8').send(text);
  });
  router.post('/:kind', json(), async (request, response) => {
    const kind = kinds[request.params['kind'] as string];
    const { to = [], except = [], message } = request.body as SendCommand;
    await kind?.(to, message, except);
    response.status(kind === undefined ? 404 : 200).end();
  });
  return router;
}
