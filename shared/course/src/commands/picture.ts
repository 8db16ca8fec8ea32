import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium, startLesson } from '@practical-signalr/lesson-kit/testing';
import { lessonFolder, root } from '../lessons/sections.ts';

/** `npm run picture`: makes the README's picture anew from the page as it is. */
const pictures = join(root, 'shared/course/pictures');
mkdirSync(pictures, { recursive: true });
const [lesson, browser] = await Promise.all([
  startLesson(lessonFolder(6) as string, { production: true }),
  launchChromium(),
]);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(lesson.url);
  const run = page.getByRole('button', { name: 'Run the whole matrix' });
  await run.click();
  await page.getByText('Done: 60 connections').waitFor({ timeout: 120_000 });
  await run.evaluate((button) => button.closest('section')?.scrollIntoView());
  await page.screenshot({ path: join(pictures, 'lesson-6.png') });
  console.log('shared/course/pictures/lesson-6.png');
} finally {
  await browser.close();
  await lesson.stop();
}
