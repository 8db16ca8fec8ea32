import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RawClient } from './testing/raw-client.ts';
import { RawPollingClient } from './testing/raw-http-client.ts';

const PING = '{"type":6}\u001e';
const CALL = '{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e';
/** How long the process is stopped, in ms. Longer than all timeouts of its server. */
const PAUSE = 3000;

/** The program of the process. It prints the address of its server. */
const program = `
  import { Hub } from '${new URL('index.ts', import.meta.url).href}';
  import { testServer } from '${new URL('testing/index.ts', import.meta.url).href}';
  class EchoHub extends Hub {
    echo(text) {
      return text;
    }
  }
  const options = {
    methods: ['echo'],
    clientTimeoutInterval: 1000,
    disconnectTimeout: 1000,
    sendTimeout: 1000,
    keepAliveInterval: 500,
  };
  const server = await testServer((signalr) => signalr.mapHub('/hub', EchoHub, options));
  console.log(server.url);`;

// Windows cannot stop a process.
if (process.platform !== 'win32') {
  test('clients that send pings stay connected while the process is stopped (SIGSTOP)', async () => {
    const flags = ['--conditions=@practical-signalr/source', '--import=tsx'];
    const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = `${line.toString().trim()}/hub`;
    const webSocket = await RawClient.connect(url);
    const polling = await new RawPollingClient().connect(url);
    webSocket.send(PING);
    polling.send(PING);
    child.kill('SIGSTOP');
    const pings = setInterval(() => webSocket.send(PING), 200);
    await setTimeout(PAUSE);
    child.kill('SIGCONT');
    for (const client of [webSocket, polling]) {
      client.send(CALL);
      expect(await client.next()).toContain('"result":"x"');
      client.close();
    }
    clearInterval(pings);
    child.kill();
    await once(child, 'exit');
  });
}
