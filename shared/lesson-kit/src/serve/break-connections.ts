import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Router, text } from 'express';
import { observeUpgrades } from './observe-upgrades.ts';

/**
 * Breaks WebSockets as a lost network does, without a close frame. A page breaks its own WebSockets
 * with `breakConnections` of the kit's client, which sends their secret tokens.
 * @example app.use('/break', breakConnections(server));
 */
export function breakConnections(server: Server): Router {
  const sockets = new Map<string, Duplex>();
  observeUpgrades(server, (request, socket) => {
    const token = new URLSearchParams(request.url?.split('?')[1]).get('id');
    if (token === null) return;
    sockets.set(token, socket);
    socket.once('close', () => sockets.get(token) === socket && sockets.delete(token));
  });
  const router = Router();
  router.post('/', text(), (request, response) => {
    for (const token of String(request.body).split('\n')) sockets.get(token)?.destroy();
    response.status(204).end();
  });
  return router;
}
