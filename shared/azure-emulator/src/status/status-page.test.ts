import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { azureSignalR } from '@practical-signalr/azure';
import {
  auditPage,
  hasChromium,
  launchChromium,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { expect, test } from 'vitest';
import { startEmulator } from '../start-emulator.ts';

class ChatHub extends Hub {}

test.runIf(hasChromium())(
  'the status page shows servers and clients as they connect and disconnect',
  async () => {
    const emulator = await startEmulator({ port: 0, quota: 20 });
    const scaleOut = azureSignalR({ connectionString: emulator.connectionString, environment: {} });
    const app = await testServer({ '/chat': { hub: ChatHub, methods: [] } }, { scaleOut });
    const browser = await launchChromium();
    const client = new HubConnectionBuilder()
      .withUrl(`${app.url}/chat`)
      .configureLogging(LogLevel.None)
      .build();
    try {
      const context = await browser.newContext();
      const problems = watchProblems(context);
      const page = await context.newPage();
      await page.goto(emulator.url);
      const clients = page.getByRole('region', { name: 'Clients of chathub' });
      await expect
        .poll(() => page.locator('#summary').textContent())
        .toBe('Default mode, 5 connections open of 20.');
      expect(await clients.count()).toBe(0);
      await expect.poll(() => app.signalr.health().status).toBe('Healthy');
      await client.start();
      await expect.poll(() => clients.locator('tbody tr').count()).toBe(1);
      expect(await clients.textContent()).toContain(client.connectionId);
      expect(
        await page
          .getByRole('region', { name: 'Server connections of chathub' })
          .locator('tbody tr')
          .count(),
      ).toBe(5);
      expect(await auditPage(page)).toEqual([]);
      expect(await page.content()).not.toContain('eyJ');
      await client.stop();
      await expect.poll(() => clients.count()).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await client.stop();
      await app.close();
      await emulator.close();
    }
  },
);
