import { fileURLToPath } from 'node:url';
import { type Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasChromium,
  launchChromium,
  type RunningLesson,
  startLesson,
  see,
} from '../testing/index.ts';

const folder = fileURLToPath(new URL('../../../../lessons/03-basics', import.meta.url));

describe.runIf(hasChromium())('the wire of the official client in Chromium', () => {
  let lesson: RunningLesson;
  let browser: Browser;

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder), launchChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await lesson.stop();
  });

  test.each([
    ['WebSockets', 1, ['POST negotiate', 'GET websocket']],
    ['ServerSentEvents', 2, ['POST negotiate', 'GET event stream', 'POST send']],
    ['LongPolling', 4, ['POST negotiate', 'GET poll', 'POST send']],
  ] as const)(
    '%s: its requests, the handshake, a call and its completion, both ways',
    async (_name, transport, requests) => {
      const page = await browser.newPage();
      await page.goto(lesson.url);
      await see(page.locator('#state')).toHaveText('Connected');
      await page.getByRole('button', { name: 'Clear' }).click();
      const signalr = await page.evaluateHandle<typeof import('@microsoft/signalr')>(
        `import('/@id/@microsoft/signalr')`,
      );
      await page.evaluate(
        async ([{ HubConnectionBuilder, LogLevel }, only]) => {
          const token = 'a-token-of-the-test-123';
          const connection = new HubConnectionBuilder()
            .withUrl('/messages', { transport: only, accessTokenFactory: () => token })
            .configureLogging(LogLevel.None)
            .build();
          connection.on('ReceiveMessage', () => undefined);
          await connection.start();
          await connection.invoke('SendMessageToAll', token);
          await connection.stop();
        },
        [signalr, transport] as const,
      );
      const wire = page.locator('wire-panel');
      for (const text of [
        ...requests,
        'handshake ok',
        'SendMessageToAll("••••")',
        'ReceiveMessage("••••")',
        'completion 0',
      ]) {
        await see(wire).toContainText(text);
      }
      await see(wire.locator('.line').filter({ hasText: 'completion 0' })).toContainText(
        /\+\d+\.\d ms/,
      );
      expect(await wire.innerHTML()).not.toContain('a-token-of');
      await page.close();
    },
  );
});
