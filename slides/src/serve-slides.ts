import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { slidesRouter } from './slides-router.ts';

/** Slides that are served until `close` is called. */
export interface ServedSlides {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** Serves the slides on 127.0.0.1. Port 0 means any free port. */
export async function serveSlides(port: number): Promise<ServedSlides> {
  const server = createServer(express().disable('x-powered-by').use(slidesRouter()));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    server,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
