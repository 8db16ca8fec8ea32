import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HttpTransportType,
  HubConnectionBuilder,
  type HubConnection,
  LogLevel,
} from '@microsoft/signalr';
import { findRedis } from '@practical-signalr/redis/local';
import { expect, onTestFinished, test } from 'vitest';
import { docsFolder } from './build-site.ts';
import {
  codeOf,
  createProject,
  readPage,
  replaceLine,
  startServer,
  startVite,
} from './testing/guide-project.ts';

// Each test does what the guide tells its reader to do with the project of the tutorial.
const server = codeOf(readPage('tutorial/first-hub.md'), 'ts');
const serverLine = 'const signalr = new SignalRServer();';

/** Connects a client to the chat of the tutorial, and keeps what it receives. */
async function connect(url: string): Promise<{ connection: HubConnection; received: string[] }> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/chat`)
    .configureLogging(LogLevel.None)
    .build();
  const received: string[] = [];
  connection.on('said', (name: string, text: string) => {
    received.push(`${name}: ${text}`);
  });
  await connection.start();
  onTestFinished(() => connection.stop());
  return { connection, received };
}

test('the guide to Redis: a message of one server appears on the page of the other', async () => {
  const guide = readPage('guides/redis.md');
  const lastLine = server.trimEnd().split('\n').at(-1) ?? '';
  const ports = codeOf(guide, 'ts', "process.env['PORT']").trimEnd();
  const withRedis = replaceLine(server, serverLine, codeOf(guide, 'js', 'scaleOut').trimEnd());
  const folder = createProject({ 'server.ts': replaceLine(withRedis, lastLine, ports) });
  const local = await findRedis();
  onTestFinished(() => local.close());

  const environment = { REDIS_URL: local.url };
  const first = await startServer(folder, environment);
  const second = await startServer(folder, environment);
  const [ada, bob] = await Promise.all([connect(first.url), connect(second.url)]);
  await ada.connection.invoke('say', 'Ada', 'hello');
  await expect.poll(() => bob.received).toEqual(['Ada: hello']);
  await expect.poll(() => ada.received).toEqual(['Ada: hello']);
});

test('the guide to pino: an error of a hub method is one line with its message and its stack', async () => {
  const guide = readPage('guides/logging.md');
  const sent = "    await this.clients.all.send('said', name, text);";
  const failing = replaceLine(server, sent, "    throw new Error('The database is unavailable.');");
  const folder = createProject({
    'pino-logger.ts': codeOf(guide, 'ts', 'pinoLogger'),
    'server.ts': replaceLine(failing, serverLine, codeOf(guide, 'js', 'pino()').trimEnd()),
  });
  const { url, output } = await startServer(folder);
  const { connection } = await connect(url);
  await expect(connection.invoke('say', 'Ada', 'hello')).rejects.toThrow('invoking');

  const failed = 'ChatHub.say failed.';
  await expect.poll(output).toContain(`"${failed}"}\n`);
  const line =
    output()
      .split('\n')
      .find((each) => each.includes(failed)) ?? '';
  const logged = JSON.parse(line) as { err: { message: string; stack: string } };
  const shown = JSON.parse(codeOf(guide, 'json', failed)) as typeof logged;
  expect(Object.keys(logged)).toEqual(expect.arrayContaining(Object.keys(shown)));
  expect(logged).toMatchObject({ level: 50, msg: failed, err: { message: shown.err.message } });
  expect(logged.err.stack).toContain('Error: The database is unavailable.');
});

test('the guide to bundling: Vite forwards the requests of its page to the hub', async () => {
  const folder = createProject({ 'server.ts': server });
  const { url } = await startServer(folder);
  const configuration = codeOf(readPage('guides/bundling.md'), 'ts', 'defineConfig');
  const address = 'http://127.0.0.1:3000';
  expect(configuration).toContain(address);
  writeFileSync(join(folder, 'vite.config.ts'), configuration.replace(address, url));
  writeFileSync(join(folder, 'chat.tsx'), 'export const isPage = true;');
  const page = await startVite(folder);
  const connection = new HubConnectionBuilder()
    .withUrl(`${page}/chat`, {
      transport: HttpTransportType.WebSockets,
      headers: { Origin: page },
    })
    .configureLogging(LogLevel.None)
    .build();
  const said = new Promise((resolve) => connection.on('said', (_name, text) => resolve(text)));
  await connection.start();
  onTestFinished(() => connection.stop());
  await connection.invoke('say', 'Ada', 'hello');
  expect(await said).toBe('hello');
  expect(await (await fetch(`${page}/chat.tsx`)).text()).toContain('isPage');
});

/** Returns the packages that the code blocks of a page import. Node's own modules are left out. */
function importedPackages(page: string): string[] {
  const code = [...page.matchAll(/^```(?:tsx?|js)\n(.*?)^```/gms)].map(([, text = '']) => text);
  const specifiers = code.flatMap((text) => [
    ...text.matchAll(/^(?:import |\} ).*?['"]([^'"\n.][^'"\n]*)['"];$/gm),
  ]);
  const names = specifiers
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)];
}

const guides = readdirSync(join(docsFolder, 'guides')).map((file) => `guides/${file}`);

test.each(guides)('%s says how to install the packages that its code imports', (file) => {
  const page = readPage(file);
  // The tutorial installs these.
  const installed = ['express', '@microsoft/signalr', '@practical-signalr/server'];
  const commands = [...page.matchAll(/npm install ([^`\n]*)/g)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  const known = new Set([...installed, ...commands]);
  expect(importedPackages(page).filter((name) => !known.has(name))).toEqual([]);
});
