import { basename, dirname } from 'node:path';
import { escapeHtml } from './escape-html.js';
import { lessonFolders } from './lesson-folders.js';

/** @type {import('./lesson-goal.d.ts').lessonGoal} */
export function lessonGoal(folder) {
  // A README marks code with backticks.
  const html = escapeHtml(lessonOf(folder).goal).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  return `<p class="goal">${html}</p>`;
}

/** @type {import('./lesson-goal.d.ts').lessonTitle} */
export function lessonTitle(folder, isLab) {
  const { number, title } = lessonOf(folder);
  return `${isLab ? 'Lab' : 'Lesson'} ${number}: ${escapeHtml(title)}`;
}

/** @param {string} folder */
function lessonOf(folder) {
  const lesson = lessonFolders(dirname(folder)).find(({ name }) => name === basename(folder));
  if (lesson === undefined) {
    throw new Error(`'${folder}' is not a lesson, so its page has no title. Add server/main.ts.`);
  }
  return lesson;
}
