import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { docsFolder } from './build-site.ts';

const page = readFileSync(join(docsFolder, 'tutorial/first-hub.md'), 'utf8');
const modules = join(docsFolder, '../../node_modules');

/** Returns the only code block of a language. */
function codeOf(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))];
  expect(blocks).toHaveLength(1);
  return blocks[0]?.[1] ?? '';
}

test.runIf(hasChromium())(
  'the files of the tutorial are a chat: a message appears in both tabs',
  async () => {
    mkdirSync(join(modules, '.cache'), { recursive: true });
    const folder = mkdtempSync(join(modules, '.cache/first-hub-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const port = String(await freePort());
    symlinkSync(modules, join(folder, 'node_modules'), 'junction');
    mkdirSync(join(folder, 'public'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'server.ts'), codeOf('ts').replaceAll('3000', port));
    writeFileSync(join(folder, 'public/index.html'), codeOf('html'));

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

    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const context = await browser.newContext();
    const tabs = [await context.newPage(), await context.newPage()] as const;
    for (const tab of tabs) {
      const connected = tab.waitForEvent('websocket');
      await tab.goto(`http://localhost:${port}`);
      await (await connected).waitForEvent('framereceived'); // the handshake
    }
    await tabs[0].getByLabel('Message').fill('hello');
    await tabs[0].getByRole('button', { name: 'Send' }).click();
    for (const tab of tabs) await tab.getByText('Ada: hello').waitFor();
  },
);
