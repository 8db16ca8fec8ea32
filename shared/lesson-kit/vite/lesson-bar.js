import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { escapeHtml } from './escape-html.js';
import { lessonFolders } from './lesson-folders.js';

/** @type {import('./lesson-bar.d.ts').lessonBar} */
export function lessonBar(folder, attributes) {
  const lessons = lessonFolders(dirname(folder));
  const index = lessons.findIndex((lesson) => lesson.folder === folder);
  const lesson = lessons[index];
  if (lesson === undefined) {
    throw new Error(
      `'${folder}' is not a lesson, so it has no <lesson-bar>. Add its server/main.ts.`,
    );
  }
  const isLab = 'lab' in attributes;
  const { number } = lesson;
  const links = [`<a href="/lesson/readme">README</a>`];
  if (index > 0) links.push(`<a href="/lesson/diff">Diff</a>`);
  links.push(`<a href="/lesson/slides">Slides</a>`);
  if (isLab) links.push(`<a href="/">Lesson</a><a href="/lab/" aria-current="page">Lab</a>`);
  else if (existsSync(join(folder, 'lab/index.html'))) links.push(`<a href="/lab/">Lab</a>`);
  links.push(`<span class="gap"></span>`);
  const previous = lessons[index - 1];
  const next = lessons[index + 1];
  if (previous)
    links.push(`<a href="/lesson/${previous.number}">${neighbor('← ', previous, '')}</a>`);
  if (next) links.push(`<a href="/lesson/${next.number}">${neighbor('', next, ' →')}</a>`);
  links.push(`<a href="/lesson/home">Course</a>`);
  const { state = 'Connecting' } = attributes;
  const badge =
    state === 'none'
      ? ''
      : `<span class="badge warn" id="state" role="status">${escapeHtml(state)}</span>`;
  return `<header class="bar"><span class="number" data-built>${number} / ${lessons.length}</span><h1>${escapeHtml(lesson.title)}${isLab ? ': lab' : ''}</h1>${badge}<nav aria-label="Lessons">${links.join('')}</nav></header>`;
}

/**
 * @param {string} before
 * @param {import('./lesson-folders.js').LessonFolder} lesson
 * @param {string} after
 */
const neighbor = (before, { number, title }, after) =>
  `${before}${number}<span class="title"> ${escapeHtml(title)}</span>${after}`;
