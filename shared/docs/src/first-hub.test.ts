import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { docsFolder } from './build-site.ts';

const tutorial = readFileSync(join(docsFolder, 'tutorial/first-hub.md'), 'utf8');
const guide = readFileSync(join(docsFolder, 'guides/authentication.md'), 'utf8');
const modules = join(docsFolder, '../../node_modules');

/** Returns the only code block of a language with a text. */
function codeOf(page: string, language: string, part = ''): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))]
    .map(([, code = '']) => code)
    .filter((code) => code.includes(part));
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? '';
}

/** Starts a server of the documentation in a folder of its own. Returns its address. */
async function startServer(code: string, html: string): Promise<string> {
  mkdirSync(join(modules, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(modules, '.cache/first-hub-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const port = String(await freePort());
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  mkdirSync(join(folder, 'public'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'server.ts'), code.replaceAll('3000', port));
  writeFileSync(join(folder, 'public/index.html'), html);

  const args = ['--conditions=@practical-signalr/source', '--import=tsx', 'server.ts'];
  const server = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  onTestFinished(async () => {
    server.kill();
    await exited;
  });
  const [output] = (await once(server.stdout, 'data')) as [Buffer];
  expect(output.toString()).toContain(`http://localhost:${port}`);
  return `http://localhost:${port}`;
}

test.runIf(hasChromium())(
  'the files of the tutorial are a chat: a message appears in both tabs',
  async () => {
    const url = await startServer(codeOf(tutorial, 'ts'), codeOf(tutorial, 'html'));
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const context = await browser.newContext();
    const tabs = [await context.newPage(), await context.newPage()] as const;
    for (const tab of tabs) {
      const connected = tab.waitForEvent('websocket');
      await tab.goto(url);
      await (await connected).waitForEvent('framereceived'); // the handshake
    }
    await tabs[0].getByLabel('Message').fill('hello');
    await tabs[0].getByRole('button', { name: 'Send' }).click();
    for (const tab of tabs) await tab.getByText('Ada: hello').waitFor();
  },
);

test('the server of the guide to authentication refuses clients until they have its token', async () => {
  const url = await startServer(codeOf(guide, 'ts', 'jsonwebtoken'), codeOf(tutorial, 'html'));
  const negotiate = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}/chat/negotiate?negotiateVersion=1`, { method: 'POST', headers })).status;
  expect(await negotiate({})).toBe(401);
  const token = await (await fetch(`${url}/token`)).text();
  expect(await negotiate({ authorization: `Bearer ${token}` })).toBe(200);
  // The guide replaces this part of the page.
  expect(codeOf(tutorial, 'html')).toContain(".withUrl('/chat')");
  expect(codeOf(guide, 'js', 'accessTokenFactory')).toContain("fetch('/token')");
});
