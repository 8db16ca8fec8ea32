import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LessonFolder, lessonFolders } from '@practical-signalr/lesson-kit';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import { type Command, Option } from 'commander';
import { errorTexts } from '../error-texts.ts';
import { changedLines, lessonDiff, lessonFiles } from '../lessons/lesson-diff.ts';
import { newLessonReadme } from '../lessons/new-lesson-readme.ts';
import { packageCommand } from './package-command.ts';
import { portOf, root, videos } from '../lessons/sections.ts';

/** The lesson to copy by default: the whole chat, without tokens and with a single server. */
const CHAT = 5;
/** The maximum number of changed lines of a new lesson, until its author sets another one. */
const LINES = 100;

const BUDGETS = 'shared/course/src/lessons/lesson-budgets.ts';

/** Thrown if a file does not match the pattern that this command expects. */
class PlaceGone extends Error {
  override readonly name = 'PlaceGone';
}

/** A lesson to create. */
interface NewLesson {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly from: LessonFolder;
}

interface NewLessonOptions {
  readonly title?: string;
  /** The number of the lesson to copy. */
  readonly from?: string;
}

/** `npm run new-lesson -- your-topic`: creates the next lesson and registers it. */
export const newLessonCommand = (): Command =>
  createCommand(
    'npm run new-lesson',
    '-- <name> [options]',
    'Creates the next lesson as a copy of another one, with a README to fill in.',
  )
    .argument('<name>', 'lower-case words with hyphens between them, for example your-topic')
    // npm does not pass options before `--` on. It sets these variables instead.
    .addOption(new Option('--title <text>', 'title of the lesson').env('npm_config_title'))
    .addOption(
      new Option(
        '--from <number>',
        'lesson to copy (default: 5, and from lesson 10 on the previous one)',
      ).env('npm_config_from'),
    )
    .action((name: string, options: NewLessonOptions) => {
      process.exitCode = createLesson(name, options);
    });

/**
 * Creates the next lesson as a copy of another one (default: lesson 5, and from the tenth lesson on
 * the previous one). The new lesson passes all checks. Returns the exit code.
 */
export function createLesson(text: string, options: NewLessonOptions = {}): number {
  const lesson = planLesson(text, options);
  if (typeof lesson === 'string') {
    console.error(lesson);
    return 1;
  }
  const folder = join(root, 'lessons', lesson.name);
  try {
    copy(lesson, folder);
    register(lesson, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!(error instanceof PlaceGone)) throw error;
    console.error(error.message);
    return 1;
  }
  spawnSync(process.execPath, [packageCommand('oxfmt', 'oxfmt'), folder, BUDGETS], {
    cwd: root,
  });
  // npm downloads nothing, because the new lesson uses the same packages as the copied one.
  const npm = spawnSync(
    'npm install --package-lock-only --prefer-offline --omit-lockfile-registry-resolved --no-audit --no-fund',
    { cwd: root, shell: true, encoding: 'utf8' },
  );
  if (npm.status !== 0) console.error(errorTexts.lockNotRenewed(npm.stderr.trim()));
  console.log(nextSteps(lesson));
  return npm.status === 0 ? 0 : 1;
}

/** Returns the lesson to create, or the message that says why it cannot be created. */
function planLesson(text: string, options: NewLessonOptions): NewLesson | string {
  const [, digits, topic] = /^(?:(\d+)-)?([a-z][a-z\d]*(?:-[a-z\d]+)*)$/.exec(text) ?? [];
  if (topic === undefined) return errorTexts.badLessonName(text);

  const lessons = lessonFolders();
  const number = lessons.length + 1;
  const prefix = String(number).padStart(2, '0');
  const same = lessons.find(({ name }) => name === text || name.slice(3) === topic);
  if (same !== undefined) return errorTexts.lessonExists(same.name);
  if (digits !== undefined && Number(digits) !== number)
    return errorTexts.numberTaken(digits, `${prefix}-${topic}`);
  const fromNumber = options.from ?? String(number - 1 > videos.length ? number - 1 : CHAT);
  const from = lessons.find((lesson) => String(lesson.number) === fromNumber);
  if (from === undefined) return errorTexts.noSuchLesson(fromNumber, lessons.length);
  const title =
    options.title ?? topic.charAt(0).toUpperCase() + topic.slice(1).replaceAll('-', ' ');
  if (!/^[^<>&"`|\n]{1,60}$/.test(title)) return errorTexts.badLessonTitle(title);
  return { number, name: `${prefix}-${topic}`, title, from };
}

/** Copies all files of a lesson, including its lab, and replaces name, number and ports. */
function copy(lesson: NewLesson, folder: string): void {
  const { number, name, title, from } = lesson;
  const renamed = (text: string): string =>
    text
      .replaceAll(`lesson-${from.name}`, `lesson-${name}`)
      .replaceAll(`Lesson ${from.number}: ${from.title}`, `Lesson ${number}: ${title}`)
      .replace(new RegExp(`'lesson ${from.number}\\b`, 'g'), `'lesson ${number}`)
      .replaceAll(String(portOf(from.number)), String(portOf(number)))
      // Lessons 7 and 8 have more ports: 4181 and 4182 are the servers of lesson 8.
      .replace(/(?<=')4\d{3}(?=')/g, (port) => {
        const server = Number(port) - portOf(from.number * 10);
        return server >= 1 && server <= 9 ? String(portOf(number * 10) + server) : port;
      });
  // Pages with a <lesson-bar> have no title and number of their own.
  const renamedPage = (text: string): string =>
    renamed(text)
      .replace(/<h1>.*?<\/h1>/, `<h1>${title}</h1>`)
      .replace(`<span class="number">${from.number}<`, `<span class="number">${number}<`);
  for (const file of lessonFiles(from.folder, { all: true, part: 'both' })) {
    // A test is named after its lesson: test/hub-context.test.ts, test/hub-context-lab.test.ts.
    const to = join(folder, file.replace(`test/${from.name.slice(3)}`, `test/${name.slice(3)}`));
    mkdirSync(dirname(to), { recursive: true });
    const text = readFileSync(join(from.folder, file), 'utf8');
    writeFileSync(to, /^(client|lab)\/index\.html$/.test(file) ? renamedPage(text) : renamed(text));
  }
  const files = lessonDiff(from.folder, folder)
    .map(({ file }) => file)
    .filter((file) => file !== 'package.json');
  const readme = newLessonReadme({ number, title, port: portOf(number), from: from.number, files });
  writeFileSync(join(folder, 'README.md'), readme);
}

/**
 * Adds the lesson to lesson-budgets.ts, README.md and tsconfig.json.
 * @throws PlaceGone if a file does not match the expected pattern. Then no file is changed.
 */
function register({ number, name, title, from }: NewLesson, folder: string): void {
  const changes = lessonDiff(from.folder, folder);
  const files = changes.map(({ file }) => `'${file}'`).join(', ');
  const lines = Math.max(LINES, changedLines(changes));
  const step = `{ from: ${from.number}, to: ${number}, lines: ${lines}, files: [${files}] },`;
  const row = `| ${number} | [${title}](lessons/${name}) | its idea in a few words | \`npm run lesson ${number}\` |`;
  const edits: readonly [file: string, place: RegExp, change: string][] = [
    [BUDGETS, /(lessonSteps[^=]*= \[[^]*?\n)(\];)/, `$1  ${step}\n$2`],
    ['README.md', new RegExp(`^\\| ${number - 1} \\| \\[.*$`, 'm'), `$&\n${row}`],
    // After the last lesson.
    [
      'tsconfig.json',
      /([ \t]*\{\s*"path": "lessons\/)[^"]+("\s*\})(?![^]*"path": "lessons\/)/,
      `$&,\n$1${name}$2`,
    ],
  ];
  const edited = edits.map(([file, place, change]) => {
    const text = readFileSync(join(root, file), 'utf8');
    if (!place.test(text)) throw new PlaceGone(errorTexts.placeGone(file));
    return [file, text.replace(place, change)] as const;
  });
  for (const [file, text] of edited) writeFileSync(join(root, file), text);
}

/** Returns what was created, and what to do next. */
const nextSteps = ({
  number,
  name,
  title,
  from,
}: NewLesson): string => `Created lesson ${number}, "${title}", as a copy of lesson ${from.number}:
  lessons/${name}/   the lesson, on port ${portOf(number)}; its lab is in lab/
  ${BUDGETS}   the step from lesson ${from.number}: its files and its maximum of changed lines
  README.md, tsconfig.json, package-lock.json   one entry each

Next:
  npm run lesson ${number}   runs it; the course home (npm start) lists it too
  lessons/${name}/README.md   each sentence says what to write in its place
  npm run diff ${from.number} ${number}   shows what readers see: keep it small, and list its files
  slides/decks/${name}.md   a deck, if you want one (see slides/README.md)
  npm test   must pass`;
