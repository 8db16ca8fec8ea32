import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { codeOf, createProject, readPage, startServer } from './testing/guide-project.ts';

const tutorial = readPage('tutorial/first-hub.md');
const guide = readPage('guides/authentication.md');

/** Starts a server of the documentation in a folder of its own. Returns its address. */
async function startGuide(code: string, html: string): Promise<string> {
  const folder = createProject({ 'server.ts': code, 'public/index.html': html });
  return (await startServer(folder)).url;
}

test.runIf(hasChromium())(
  'the files of the tutorial are a chat: a message appears in both tabs',
  async () => {
    const url = await startGuide(codeOf(tutorial, 'ts'), codeOf(tutorial, 'html'));
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
  const url = await startGuide(codeOf(guide, 'ts', 'jsonwebtoken'), codeOf(tutorial, 'html'));
  const negotiate = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}/chat/negotiate?negotiateVersion=1`, { method: 'POST', headers })).status;
  expect(await negotiate({})).toBe(401);
  const token = await (await fetch(`${url}/token`)).text();
  expect(await negotiate({ authorization: `Bearer ${token}` })).toBe(200);
  // The guide replaces this part of the page.
  expect(codeOf(tutorial, 'html')).toContain(".withUrl('/chat')");
  expect(codeOf(guide, 'js', 'accessTokenFactory')).toContain("fetch('/token')");
});
