// Starts a host and calls its hub with the official client, over each transport:
//   node check-host.mjs node hono.mjs
//   node check-host.mjs bun node-http.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const [command, ...args] = process.argv.slice(2);
const port = await freePort();
const host = spawn(command, args, {
  env: { ...process.env, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
host.once('exit', (code) => {
  if (code === null) return;
  console.error(`${command} ${args.join(' ')} exited with code ${code} before the check ended.`);
  process.exit(1);
});
await isListening();
for (const transport of ['WebSockets', 'ServerSentEvents', 'LongPolling']) {
  const connection = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${port}/echo`, { transport: HttpTransportType[transport] })
    .configureLogging(LogLevel.Error)
    .build();
  await connection.start();
  const result = await connection.invoke('echo', transport);
  if (result !== transport) throw new Error(`The hub returned '${result}' over ${transport}.`);
  await connection.stop();
  console.log(`${args.at(-1)}: ${transport} works`);
}
if (args.at(-1) === 'express.mjs') await checkHealth();
host.kill('SIGKILL');

/** Checks the health endpoints, which only the express host mounts. */
async function checkHealth() {
  for (const path of ['/health', '/health/live', '/health/ready']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const text = `${response.status} ${await response.text()}`;
    if (text !== '200 Healthy') throw new Error(`${path} returned '${text}'.`);
  }
  console.log('express.mjs: health checks work');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}

/** Waits until the host prints that it listens. */
async function isListening() {
  let output = '';
  for await (const chunk of host.stdout) {
    output += chunk;
    if (output.includes('listening')) return;
  }
}
