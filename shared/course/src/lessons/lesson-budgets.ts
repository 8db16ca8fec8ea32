/** What the step from one lesson to the next may change. */
export interface LessonStep {
  /** The lesson before, or the one that `npm run new-lesson` has copied. */
  readonly from: number;
  readonly to: number;
  /** The maximum number of added and removed lines, without lab, tests and README. */
  readonly lines: number;
  /** All files that the step changes, adds or removes. Filled in when both lessons exist. */
  readonly files: readonly string[];
}

/** The maximum number of files that a step changes. */
export const MAXIMUM_FILES = 12;

/**
 * The steps of the course. A line that is not part of the lesson's idea belongs in both lessons, or
 * in the lab.
 */
export const lessonSteps: readonly LessonStep[] = [
  {
    from: 1,
    to: 2,
    lines: 200,
    files: [
      'client/index.html',
      'client/main.ts',
      'client/polling.ts',
      'contract.ts',
      'package.json',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 2,
    to: 3,
    lines: 200,
    files: [
      'client/index.html',
      'client/main.ts',
      'contract.ts',
      'package.json',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 3,
    to: 4,
    lines: 120,
    files: [
      'client/index.html',
      'client/main.ts',
      'contract.ts',
      'package.json',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 4,
    to: 5,
    lines: 60,
    files: ['client/index.html', 'package.json', 'server/announcement.ts', 'server/main.ts'],
  },
  {
    from: 5,
    to: 6,
    lines: 130,
    files: [
      'client/index.html',
      'client/main.ts',
      'contract.ts',
      'package.json',
      'server/auth-broken.ts',
      'server/auth-fixed.ts',
      'server/hub.ts',
      'server/main.ts',
      'server/token.ts',
    ],
  },
  {
    from: 6,
    to: 7,
    lines: 100,
    files: [
      'client/index.html',
      'client/main.ts',
      'package.json',
      'server/auth-broken.ts',
      'server/auth.ts',
      'server/main.ts',
      'server/start.ts',
      'server/token.ts',
    ],
  },
  {
    from: 7,
    to: 8,
    lines: 60,
    files: ['client/index.html', 'package.json', 'server/main.ts', 'server/start.ts'],
  },
];

/**
 * The files that every lesson has, and has under the same name, so that a comparison shows the idea
 * and nothing else.
 */
export const filesOfEveryLesson: readonly string[] = [
  'README.md',
  'client/index.html',
  'client/main.ts',
  'client/style.css',
  'contract.ts',
  'package.json',
  'server/hub.ts',
  'server/main.ts',
  'tsconfig.json',
  'vite.config.ts',
];

/** The maximum size of a page's JavaScript in production, gzipped, in bytes. */
export const PAGE_SCRIPT_BUDGET = 60_000;

/**
 * The maximum number of lines of TypeScript in a lesson's `server/` and `client/`: five minutes of
 * reading aloud.
 */
export const CODE_LINE_BUDGET = 200;

/** The maximum number of words of a README without its code: five minutes of reading. */
export const README_WORD_BUDGET = 900;
