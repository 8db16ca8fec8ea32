import { runLesson } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import { lessonFolder, portOf, sections } from '../lessons/sections.ts';

/** `npm run lesson 3`: one lesson until Ctrl-C. What follows the number is the lesson's, for example `-- --production`. */
export async function courseLesson(text = '', ...args: string[]): Promise<number> {
  const number = Number(text);
  const folder = lessonFolder(number);
  if (folder === undefined) {
    console.error(errorTexts.noSuchLesson(text, sections.length));
    return 1;
  }
  return runLesson(folder, args, {
    ...process.env,
    PORT: process.env['PORT'] ?? String(portOf(number)),
  });
}
