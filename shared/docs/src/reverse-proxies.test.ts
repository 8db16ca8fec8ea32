import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { findCommand } from '@practical-signalr/lesson-kit';
import { freePort } from '@practical-signalr/lesson-kit/testing';
import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { expect, onTestFinished, test } from 'vitest';
import { docsFolder } from './build-site.ts';

const page = readFileSync(join(docsFolder, 'guides/reverse-proxies.md'), 'utf8');

class EchoHub extends Hub {
  echo(text: string) {
    return text;
  }
}

/** Returns the configuration below a heading of the page, with the ports of this test. */
function configuration(heading: string, ports: Record<string, number | string>): string {
  const [, code = ''] =
    new RegExp(`\n## ${heading}\n[^]*?\`\`\`\\w+\n([^]*?)\`\`\``).exec(page) ?? [];
  return Object.entries(ports).reduce((text, [from, to]) => text.replaceAll(from, `${to}`), code);
}

test('each nginx configuration of the guides forwards the host, with which the origin is compared', () => {
  const guides = readdirSync(join(docsFolder, 'guides'));
  const configurations = guides.flatMap((file) => {
    const text = readFileSync(join(docsFolder, 'guides', file), 'utf8');
    return [...text.matchAll(/^```nginx\n(.*?)^```/gms)].map(([, code = '']) => ({ file, code }));
  });
  const proxies = configurations.filter(({ code }) => code.includes('proxy_pass'));
  expect(proxies.length).toBeGreaterThan(1);
  for (const { file, code } of proxies) {
    expect(code, file).toContain('proxy_set_header Host $http_host;');
  }
});

/** Starts a proxy in front of two servers. Returns its URL. */
async function startProxy(
  heading: string,
  start: (code: string, folder: string) => ChildProcess,
): Promise<string> {
  const hubs = { '/echo': { hub: EchoHub, methods: ['echo'] as const } };
  const servers = [await testServer(hubs), await testServer(hubs)] as const;
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const port = await freePort();
  const ports = {
    'example.org': `http://127.0.0.1:${port}`,
    8080: port,
    3001: servers[0].port,
    3002: servers[1].port,
  };
  const proxy = start(configuration(heading, ports), folder);
  const exited = once(proxy, 'exit');
  onTestFinished(async () => {
    proxy.kill();
    await exited;
    await Promise.all(servers.map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => fetch(url).then(({ status }) => status)).toBe(404);
  return url;
}

const transports = ['WebSockets', 'ServerSentEvents', 'LongPolling'] as const;

/** Calls the hub through the proxy, over each transport. */
async function callOverAllTransports(url: string): Promise<void> {
  for (const transport of transports) {
    const connection = new HubConnectionBuilder()
      .withUrl(`${url}/echo`, { transport: HttpTransportType[transport] })
      .configureLogging(LogLevel.None)
      .build();
    await connection.start();
    expect(await connection.invoke('echo', transport)).toBe(transport);
    await connection.stop();
  }
}

test.runIf(findCommand('nginx') !== undefined)('the configuration of nginx works', async () => {
  const url = await startProxy('nginx', (code, folder) => {
    mkdirSync(join(folder, 'temp'));
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/temp;`,
    );
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/pid; error_log stderr; events {}
      http { access_log off; ${paths.join(' ')} ${code} }`,
    );
    const args = ['-p', folder, '-c', join(folder, 'nginx.conf')];
    return spawn('nginx', args, { stdio: 'inherit' });
  });
  await callOverAllTransports(url);
});

test.runIf(findCommand('haproxy') !== undefined)('the configuration of HAProxy works', async () => {
  const url = await startProxy('HAProxy', (code, folder) => {
    writeFileSync(join(folder, 'haproxy.cfg'), code);
    const args = ['-db', '-q', '-f', join(folder, 'haproxy.cfg')];
    return spawn('haproxy', args, { stdio: 'inherit' });
  });
  await callOverAllTransports(url);
});

test.runIf(findCommand('caddy') !== undefined)('the configuration of Caddy works', async () => {
  const url = await startProxy('Caddy', (code, folder) => {
    writeFileSync(join(folder, 'Caddyfile'), `{\n  admin off\n  auto_https off\n}\n${code}`);
    const args = ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
    // Caddy writes its state into the home of the user.
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return spawn('caddy', args, { stdio: 'ignore', env });
  });
  await callOverAllTransports(url);
});
