import { fileURLToPath } from 'node:url';
import { styleSheet } from '@practical-signalr/lesson-kit';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import {
  BROKEN_FIXED,
  compare,
  hasBrokenAndFixed,
  NoSuchComparison,
} from '../lessons/comparison.ts';
import { errorTexts } from '../error-texts.ts';
import type { FileDiff } from '../lessons/lesson-diff.ts';
import { lessonFolder, sections } from '../lessons/sections.ts';
import { diffChoice, queryOf } from './diff-choice.ts';
import { diffIndexPage, type DiffStep } from './diff-index-page.ts';
import { diffPage } from './diff-page.ts';
import { diffProblemPage } from './diff-problem-page.ts';

const client = fileURLToPath(new URL('../../client/diff/', import.meta.url));
/** Styles that the course home also uses. */
const shared = {
  'code-colors.css': fileURLToPath(new URL('../../client/code-colors.css', import.meta.url)),
};
/** Allows only scripts and styles that are files of this server. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'";

/**
 * Serves the diff viewer: `/` lists the steps of the course, `/5/6` shows one of them, and
 * `/6/broken-fixed` shows the fix of lesson 6. The query selects details: `file=server/main.ts`,
 * `view=split`, `lines=whole`, `files=all`, `lab=show`. Each request reads the files again, so that
 * a reader sees an edit after a reload.
 * @param lessons the folder of the lessons. Default: the lessons of this repository.
 * @example app.use('/diff', diffRouter());
 */
export function diffRouter(lessons?: string): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.set({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    next();
  });
  router.get('/style.css', (_request, response) => response.type('css').send(styleSheet()));
  for (const [name, file] of Object.entries(shared)) {
    router.get(`/${name}`, (_request, response) => response.sendFile(file, { dotfiles: 'allow' }));
  }
  router.use(express.static(client, { index: false, redirect: false }));

  router.get('/', (request, response) => {
    const [from, to] = ['from', 'to'].map((name) =>
      encodeURIComponent(queryOf(request).get(name) ?? ''),
    );
    if (from && to) response.redirect(303, `${request.baseUrl}/${from}/${to}`);
    else response.type('html').send(diffIndexPage(steps(lessons), diffChoice(request, lessons)));
  });

  router.get('/:from/:to', (request, response) => {
    const choice = diffChoice(request, lessons);
    const { file } = choice;
    const { from, to } = request.params;
    const comparison = compare(from, to, choice);
    response.type('html');
    if (file === undefined) {
      response.send(diffPage(comparison, choice));
      return;
    }
    // A link to a test, a README or a file of the lab also works without the option that lists it.
    for (const all of [choice.all, true]) {
      const wider = compare(from, to, { ...choice, all });
      const hasName = (diff: FileDiff): boolean => diff.file === file || diff.renamedFrom === file;
      const inLab = wider.lab.filter(hasName);
      const found = [...wider.files.filter(hasName), ...inLab];
      if (found.length > 0) {
        const lab = choice.lab || inLab.length > 0;
        response.send(diffPage(wider, { ...choice, all, lab }, found));
        return;
      }
      if (wider.unchanged.includes(file)) {
        response.send(diffProblemPage(errorTexts.sameFile(file, wider.title), choice, comparison));
        return;
      }
    }
    response
      .status(404)
      .send(diffProblemPage(errorTexts.noSuchDiffFile(file, comparison.title), choice, comparison));
  });

  router.use((request) => {
    throw new NoSuchComparison(errorTexts.noSuchDiff(request.path));
  });
  // Express recognizes an error handler by its four parameters.
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const isUnknown = error instanceof NoSuchComparison;
    const isMalformed = error instanceof URIError; // the address has a '%' without two digits
    let text = errorTexts.diffBroke(String(error));
    if (isUnknown) text = error.message;
    else if (isMalformed) text = errorTexts.noSuchDiff(request.path);
    const page = diffProblemPage(text, diffChoice(request, lessons));
    response
      .status(isUnknown || isMalformed ? 404 : 500)
      .type('html')
      .send(page);
  });
  return router;
}

/** Returns every step between two lessons that exist, and the fix of lesson 6. */
function steps(lessons?: string): DiffStep[] {
  const exists = (number: number): boolean => lessonFolder(number, lessons) !== undefined;
  return sections.flatMap(({ number, title, after }): DiffStep[] => {
    const folder = lessonFolder(number, lessons);
    if (folder === undefined) return [];
    const options = { lessons };
    const step = exists(after)
      ? [{ comparison: compare(String(after), String(number), options), idea: title }]
      : [];
    if (number !== BROKEN_FIXED.lesson || !hasBrokenAndFixed(folder)) return step;
    const fix = compare(String(number), BROKEN_FIXED.name, options);
    return [...step, { comparison: fix, idea: fix.headline }];
  });
}
