import {
  hasChromium,
  launchChromium,
  see,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTodoBoard } from '../todo-board.ts';

/** In seconds. The client refreshes its token at half this time. */
const TOKEN_LIFETIME = 8;

describe.runIf(hasChromium())('the todo board in Chromium', () => {
  let board: Awaited<ReturnType<typeof startTodoBoard>>;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  beforeAll(async () => {
    board = await startTodoBoard(0, TOKEN_LIFETIME);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await board.close();
  });

  /** Opens the board as a user, and keeps the paths of the page's requests. */
  async function openAs(name: string) {
    const context = await browser.newContext();
    const problems = watchProblems(context);
    const paths: string[] = [];
    context.on('request', (request) => paths.push(new URL(request.url()).pathname));
    const page = await context.newPage();
    await page.goto(`${board.url}?name=${name}`);
    const count = (path: string): number => paths.filter((each) => each === path).length;
    return { context, page, problems, count, status: page.getByRole('status') };
  }

  test('two users share todos, see each other, and refresh their tokens', async () => {
    const ada = await openAs('ada');
    const bob = await openAs('bob');
    await see(ada.status).toHaveText('Connected. Online: ada, bob');
    await see(bob.status).toHaveText('Connected. Online: ada, bob');

    await ada.page.getByLabel('New todo').fill('Write the minutes');
    await ada.page.getByRole('button', { name: 'Add' }).click();
    await bob.page.getByLabel('Write the minutes').click();
    await see(ada.page.getByLabel('Write the minutes')).toBeChecked();

    await expect.poll(() => ada.count('/board/refresh')).toBeGreaterThan(0);
    await bob.context.close();
    await see(ada.status).toHaveText('Connected. Online: ada');
    expect([...ada.problems, ...bob.problems]).toEqual([]);
    await ada.context.close();
  });
});
