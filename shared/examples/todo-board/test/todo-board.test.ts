import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import {
  freePort,
  hasChromium,
  launchChromium,
  see,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { expect, onTestFinished, test } from 'vitest';

/** Starts the board as `npm start` does. Returns its address. */
async function startBoard(): Promise<string> {
  const port = String(await freePort());
  const args = ['--conditions=@practical-signalr/source', '--import=tsx', 'server.ts'];
  const server = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  onTestFinished(async () => {
    server.kill();
    await exited;
  });
  // Vite may print lines of its own before.
  let output = '';
  server.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  while (!output.includes(`Open http://127.0.0.1:${port}/?name=ada`)) {
    await Promise.race([once(server.stdout, 'data'), exited]);
    expect(server.exitCode, output).toBeNull();
  }
  return `http://127.0.0.1:${port}/`;
}

/** Adds as many todos as the board can have. */
async function fillBoard(url: string): Promise<void> {
  const accessTokenFactory = async (): Promise<string> => (await fetch(`${url}token/eve`)).text();
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}board`, { accessTokenFactory })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  const titles = Array.from({ length: 100 }, (_, index) => `Todo ${index + 1}`);
  await Promise.all(titles.map((title) => connection.invoke('addTodo', title)));
  await connection.stop();
}

test.runIf(hasChromium())(
  'two users share todos, see each other, and refresh their tokens, in Chromium',
  async () => {
    const url = await startBoard();
    const browser = await launchChromium();
    onTestFinished(() => browser.close());

    /** Opens the board as a user, and keeps the paths of the page's requests. */
    async function openAs(name: string) {
      const context = await browser.newContext();
      const problems = watchProblems(context);
      const paths: string[] = [];
      context.on('request', (request) => paths.push(new URL(request.url()).pathname));
      const page = await context.newPage();
      await page.goto(`${url}?name=${name}`);
      const count = (path: string): number => paths.filter((each) => each === path).length;
      return { context, page, problems, count, status: page.getByRole('status') };
    }

    const ada = await openAs('ada');
    const bob = await openAs('bob');
    await see(ada.status).toHaveText('Connected. Online: ada, bob');
    await see(bob.status).toHaveText('Connected. Online: ada, bob');

    const input = ada.page.getByLabel('New todo');
    await input.fill('Write the minutes');
    await ada.page.getByRole('button', { name: 'Add' }).click();
    await see(input).toHaveValue('');
    await see(bob.page.getByText('Write the minutes')).toBeVisible();
    await bob.page.getByRole('button', { name: 'Done' }).click();
    await see(ada.page.getByText('Write the minutes')).toBeHidden();

    await expect.poll(() => ada.count('/board/refresh')).toBeGreaterThan(0);
    await bob.context.close();
    await see(ada.status).toHaveText('Connected. Online: ada');

    await fillBoard(url);
    await input.fill('One more');
    await ada.page.getByRole('button', { name: 'Add' }).click();
    const alert = ada.page.getByRole('alert');
    await see(alert).toHaveText('The board is full.');
    await ada.page.getByRole('button', { name: 'Done' }).first().click();
    await see(alert).toHaveText('');
    expect([...ada.problems, ...bob.problems]).toEqual([]);
  },
);
