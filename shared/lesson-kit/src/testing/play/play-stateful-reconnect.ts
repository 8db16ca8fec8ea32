import type { Page } from '@playwright/test';
import { see } from '../see.ts';

/** What a page showed before and after its connection was lost. */
export interface PlayedReconnect {
  readonly idBefore: string;
  readonly idAfter: string;
  /** What the page says about its group. */
  readonly joined: string;
  /** The messages to the group that arrived after the loss. */
  readonly messages: readonly string[];
}

/**
 * Opens a lesson with `?stateful`, joins the group, breaks the connection as a lost network does,
 * and sends to the group. With stateful reconnect, the page keeps its id and its group. The lesson
 * must mount `breakConnections` at `/break`.
 * @param page a page that is not opened yet.
 * @param connect connects the page, if it does not connect by itself.
 * @example
 * const { messages } = await playStatefulReconnect(page, lesson.url);
 * expect(messages).toEqual(['after the drop']);
 */
export async function playStatefulReconnect(
  page: Page,
  url: string,
  connect: () => Promise<void> = async () => undefined,
): Promise<PlayedReconnect> {
  let token = '';
  page.on('websocket', (socket) => {
    token = new URL(socket.url()).searchParams.get('id') ?? token;
  });
  await page.goto(`${url}/?stateful`);
  await connect();
  const ownOption = page.locator('#target option').filter({ hasText: '(this page)' });
  await see(ownOption).toHaveCount(1);
  const idBefore = (await ownOption.getAttribute('value')) ?? '';
  await page.getByRole('button', { name: 'Join Private Group' }).press('Enter');
  await see(page.locator('#joined')).toContainText(idBefore);
  await fetch(`${url}/break`, { method: 'POST', body: token });
  await see(page.locator('wire-panel')).toContainText('sequence');
  await page.locator('#target').selectOption('PrivateGroup');
  await page.locator('#message').fill('after the drop');
  await page.locator('#message').press('Enter');
  const messages = page.locator('#messages li > span:nth-of-type(1)');
  await see(messages).toHaveCount(1);
  return {
    idBefore,
    idAfter: (await ownOption.getAttribute('value')) ?? '',
    joined: await page.locator('#joined').innerText(),
    messages: await messages.allInnerTexts(),
  };
}
