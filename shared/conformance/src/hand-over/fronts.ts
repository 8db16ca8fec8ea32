import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endProcess, freePort } from '@practical-signalr/lesson-kit';
import { createBalancer, type Instance } from '@practical-signalr/lesson-kit/instances';
import express from 'express';
import type { FrontName } from './front-names.ts';

/** A load balancer in front of the servers. */
export interface Front {
  readonly url: string;
  /** Called with the ports of the servers that listen, whenever they change. */
  use(ports: readonly number[]): void;
  close(): Promise<void>;
}

/** Starts a load balancer in front of servers with these ports. */
export type StartFront = (servers: readonly number[]) => Promise<Front>;

/** Starts the balancer of the lessons. It does not know whether a server listens. */
export async function startLessonFront(): Promise<Front> {
  let instances: readonly Instance[] = [];
  const app = express();
  const server = createServer(app);
  const balancer = createBalancer(server, {
    paths: ['/hub'],
    instances: () => Promise.resolve(instances),
    rule: 'round-robin',
  });
  app.use(balancer.handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use(ports) {
      instances = ports.map((port) => {
        const url = `http://127.0.0.1:${port}`;
        return { name: url, url } as Instance;
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns the configuration of the guide for HAProxy, with the addresses of this test. */
const haproxyConfig = (port: number, servers: readonly number[]): string => `
global
  maxconn 5000
defaults
  mode http
  timeout connect 1s
  timeout client 1m
  timeout server 1m
  timeout tunnel 1h
  retries 3
  option redispatch 1
frontend front
  bind 127.0.0.1:${port}
  default_backend chat
backend chat
  balance roundrobin
${servers.map((server, i) => `  server s${i} 127.0.0.1:${server}`).join('\n')}
`;

/** Returns the configuration of the guide for nginx, with the addresses of this test. */
const nginxConfig = (port: number, servers: readonly number[], folder: string): string => `
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  upstream chat {
${servers.map((server) => `    server 127.0.0.1:${server} max_fails=0;`).join('\n')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://chat;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "upgrade";
      proxy_next_upstream error timeout;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1h;
    }
  }
}
`;

/** Starts HAProxy. It finds out by itself which servers listen. */
export const startHaproxyFront = (servers: readonly number[]): Promise<Front> =>
  startProcess(
    (port) => haproxyConfig(port, servers),
    'haproxy',
    (file) => ['-f', file],
  );

/** Starts nginx. It finds out by itself which servers listen. */
export const startNginxFront = (servers: readonly number[]): Promise<Front> =>
  startProcess(
    (port, folder) => nginxConfig(port, servers, folder),
    'nginx',
    (file, folder) => ['-p', folder, '-c', file],
  );

/** The load balancers, by the names that the commands accept. */
export const fronts: Record<FrontName, StartFront> = {
  lessons: startLessonFront,
  haproxy: startHaproxyFront,
  nginx: startNginxFront,
};

async function startProcess(
  createConfig: (port: number, folder: string) => string,
  command: string,
  argumentsOf: (file: string, folder: string) => string[],
): Promise<Front> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), `practical-signalr-${command}-`));
  const file = join(folder, `${command}.conf`);
  writeFileSync(file, createConfig(port, folder));
  const child = spawn(command, argumentsOf(file, folder), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  return {
    url: `http://127.0.0.1:${port}`,
    use: () => undefined,
    async close() {
      await endProcess(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Connects until the process listens. Throws if it has exited. */
async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    if (child.exitCode !== null)
      throw new Error(`${child.spawnfile} exited with ${child.exitCode}.`);
    await pause(20);
  }
}
