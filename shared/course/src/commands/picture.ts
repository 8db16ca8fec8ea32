import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import { launchChromium, startLesson } from '@practical-signalr/lesson-kit/testing';
import type { Command } from 'commander';
import { lessonFolder, root } from '../lessons/sections.ts';

/** The text of the button in the lab of lesson 6. */
export const MATRIX_BUTTON = 'Run all 60 connections';

/** `npm run picture`: takes the picture of lesson 6 for the README. */
export const pictureCommand = (): Command =>
  createCommand('npm run picture', '', "Takes the README's picture of lesson 6.").action(
    takePicture,
  );

async function takePicture(): Promise<void> {
  const pictures = join(root, 'shared/course/pictures');
  mkdirSync(pictures, { recursive: true });
  const [lesson, browser] = await Promise.all([
    startLesson(lessonFolder(6) as string, { production: true }),
    launchChromium(),
  ]);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${lesson.url}/lab/`);
    const run = page.getByRole('button', { name: MATRIX_BUTTON });
    await run.click();
    await page.getByText('Done: 60 connections').waitFor({ timeout: 120_000 });
    await run.evaluate((button) => button.closest('section')?.scrollIntoView());
    await page.screenshot({ path: join(pictures, 'lesson-6.png') });
    console.log('shared/course/pictures/lesson-6.png');
  } finally {
    await browser.close();
    await lesson.stop();
  }
}
