import { resolve } from 'node:path';
import { type Browser, expect } from '@playwright/test';
import { type LessonFolder, lessonFolders } from '../../vite/lesson-folders.js';
import { see } from './see.ts';

/**
 * Opens the page of the lesson in `folder`, and checks what a reader sees first: the links to the
 * lesson's texts, to its neighbors and to the course home, and three to five steps, which fit on
 * the first screen, also on a phone.
 * @param url the address of the lesson.
 */
export async function checkFirstScreen(
  browser: Browser,
  url: string,
  folder: string,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  const lessons = lessonFolders();
  const index = lessons.findIndex((lesson) => lesson.folder === resolve(folder));
  await see(page.locator('.bar .number')).toHaveText(`${index + 1} / ${lessons.length}`);
  const links = await page
    .locator('.bar nav a')
    .evaluateAll((all) =>
      all.map((link) => `${(link as HTMLAnchorElement).href} ${link.textContent}`),
    );
  expect(links).toEqual(expectedLinks(url, lessons[index - 1], lessons[index + 1]));
  await see(page.locator('.walk > .current')).toHaveCount(1);
  expect([3, 4, 5]).toContain(await page.locator('.walk > li').count());
  for (const size of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    const walkthrough = (await page.locator('.walkthrough').boundingBox())!;
    expect(walkthrough.y + walkthrough.height).toBeLessThan(size.height);
  }
  await page.close();
}

function expectedLinks(url: string, before?: LessonFolder, after?: LessonFolder): string[] {
  const links = [`${url}/lesson/readme README`];
  if (before !== undefined) links.push(`${url}/lesson/diff Diff`);
  links.push(`${url}/lesson/slides Slides`, `${url}/lab/ Lab`);
  if (before !== undefined)
    links.push(`${url}/lesson/${before.number} ← ${before.number} ${before.title}`);
  if (after !== undefined)
    links.push(`${url}/lesson/${after.number} ${after.number} ${after.title} →`);
  return [...links, `${url}/lesson/home Course`];
}
