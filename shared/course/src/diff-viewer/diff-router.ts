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
import { lessonFolder, sections } from '../lessons/sections.ts';
import { diffChoice, queryOf } from './diff-choice.ts';
import { diffIndexPage, type DiffStep } from './diff-index-page.ts';
import { diffPage } from './diff-page.ts';
import { diffProblemPage } from './diff-problem-page.ts';

const client = fileURLToPath(new URL('../../client/diff/', import.meta.url));
/** Styles that the course home has too. */
const shared = {
  'code-colours.css': fileURLToPath(new URL('../../client/code-colours.css', import.meta.url)),
};
/** Scripts and styles are files of this server: nothing inline, nothing from outside. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'";

/**
 * The diff viewer: `/` lists the steps of the course, `/5/6` shows one, `/6/broken-fixed` the cure of lesson 6. The query
 * chooses: `file=server/main.ts`, `view=split`, `lines=whole`, `files=all`. Every page is made from the files as they are
 * at that moment, so that a reader sees an edit after a reload.
 * @param lessons the folder of the lessons; default: this repository's.
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
    if (file === undefined)
      return void response.send(diffPage(comparison, comparison.files, choice));
    // A link to a test or a README is as good as any other.
    const wider = { ...choice, all: true };
    const attempts = [
      () => [comparison, choice] as const,
      () => [compare(from, to, wider), wider] as const,
    ];
    for (const attempt of attempts) {
      const [tried, chosen] = attempt();
      const named = tried.files.filter((diff) => diff.file === file || diff.renamedFrom === file);
      if (named.length > 0) return void response.send(diffPage(tried, named, chosen));
      if (tried.unchanged.includes(file)) {
        return void response.send(
          diffProblemPage(errorTexts.sameFile(file, tried.title), choice, comparison),
        );
      }
    }
    response
      .status(404)
      .send(diffProblemPage(errorTexts.noSuchDiffFile(file, comparison.title), choice, comparison));
  });

  router.use((request) => {
    throw new NoSuchComparison(errorTexts.noSuchDiff(request.path));
  });
  // Express knows an error's handler by its four parameters.
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const unknown = error instanceof NoSuchComparison;
    const malformed = error instanceof URIError; // an address with a lonely '%'
    let text = errorTexts.diffBroke(String(error));
    if (unknown) text = error.message;
    else if (malformed) text = errorTexts.noSuchDiff(request.path);
    const page = diffProblemPage(text, diffChoice(request, lessons));
    response
      .status(unknown || malformed ? 404 : 500)
      .type('html')
      .send(page);
  });
  return router;
}

/** Every step between two lessons that exist, and the one within lesson 6. */
function steps(lessons?: string): DiffStep[] {
  const there = (number: number): boolean => lessonFolder(number, lessons) !== undefined;
  return sections.flatMap(({ number, title, after }): DiffStep[] => {
    const folder = lessonFolder(number, lessons);
    if (folder === undefined) return [];
    const options = { lessons };
    const step = there(after)
      ? [{ comparison: compare(String(after), String(number), options), idea: title }]
      : [];
    if (number !== BROKEN_FIXED.lesson || !hasBrokenAndFixed(folder)) return step;
    const cure = compare(String(number), BROKEN_FIXED.name, options);
    return [
      ...step,
      { comparison: cure, idea: 'One token, two servers: the few lines between them' },
    ];
  });
}
