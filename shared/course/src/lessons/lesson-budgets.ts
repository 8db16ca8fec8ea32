/** What the way from one lesson to the next may change. */
export interface LessonStep {
  /** The lesson before, or the one that `npm run new-lesson` has copied. */
  readonly from: number;
  readonly to: number;
  /** Changed lines at most: added and removed, without lock, test and README. */
  readonly lines: number;
  /** The files that change, appear or go: all of them, and no other. Filled in when both lessons exist. */
  readonly files: readonly string[];
}

/** The steps of the course. A line that is not the lesson's idea costs budget: change it in both lessons, or in neither. */
export const lessonSteps: readonly LessonStep[] = [
  {
    from: 1,
    to: 2,
    lines: 355,
    files: [
      'client/by-hand.ts',
      'client/index.html',
      'client/lesson-map.ts',
      'client/main.ts',
      'client/polling.ts',
      'client/style.css',
      'contract.ts',
      'package.json',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 2,
    to: 3,
    lines: 330,
    files: [
      'client/by-hand.ts',
      'client/failures.ts',
      'client/index.html',
      'client/main.ts',
      'contract.ts',
      'package.json',
      'server/failing-hub.ts',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 3,
    to: 4,
    lines: 130,
    files: [
      'client/failures.ts',
      'client/index.html',
      'client/main.ts',
      'contract.ts',
      'package.json',
      'server/failing-hub.ts',
      'server/hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 4,
    to: 5,
    lines: 65,
    files: [
      'client/failures.ts',
      'client/index.html',
      'package.json',
      'server/announcement.ts',
      'server/failing-announcement.ts',
      'server/failing-hub.ts',
      'server/main.ts',
    ],
  },
  {
    from: 5,
    to: 6,
    lines: 710,
    files: [
      'client/choice.ts',
      'client/extras.ts',
      'client/failures.ts',
      'client/index.html',
      'client/main.ts',
      'client/matrix.ts',
      'client/returns-401.ts',
      'client/token.ts',
      'client/try-connection.ts',
      'contract.ts',
      'package.json',
      'server/access-log.ts',
      'server/announcement.ts',
      'server/auth-broken.ts',
      'server/auth-fixed.ts',
      'server/failing-announcement.ts',
      'server/failing-hub.ts',
      'server/hub.ts',
      'server/main.ts',
      'server/map-other-doors.ts',
      'server/quiet-hub.ts',
      'server/ticket.ts',
      'server/token.ts',
    ],
  },
  {
    from: 6,
    to: 7,
    lines: 1130,
    files: [
      'client/choice.ts',
      'client/control-panel.ts',
      'client/draw-channels.ts',
      'client/experiments.ts',
      'client/extras.ts',
      'client/failures.ts',
      'client/index.html',
      'client/main.ts',
      'client/matrix.ts',
      'client/returns-401.ts',
      'client/style.css',
      'client/token.ts',
      'client/try-connection.ts',
      'contract.ts',
      'package.json',
      'server/access-log.ts',
      'server/announcement.ts',
      'server/another-app.ts',
      'server/auth-broken.ts',
      'server/balancer.ts',
      'server/control-panel.ts',
      'server/dotnet/MessageServer.csproj',
      'server/dotnet/Program.cs',
      'server/environment.ts',
      'server/hub.ts',
      'server/main.ts',
      'server/map-other-doors.ts',
      'server/presence.ts',
      'server/quiet-hub.ts',
      'server/start.ts',
      'server/ticket.ts',
      'server/token.ts',
    ],
  },
  {
    from: 7,
    to: 8,
    lines: 465,
    files: [
      'client/control-panel.ts',
      'client/draw-channels.ts',
      'client/experiments.ts',
      'client/failures.ts',
      'client/index.html',
      'client/show-responses.ts',
      'client/style.css',
      'package.json',
      'server/another-app.ts',
      'server/control-panel.ts',
      'server/dotnet/MessageServer.csproj',
      'server/dotnet/Program.cs',
      'server/environment.ts',
      'server/main.ts',
      'server/other-apps.ts',
      'server/presence.ts',
      'server/start.ts',
    ],
  },
];

/** The files that every lesson has, and has under the same name, so that a comparison shows the idea and nothing else. */
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

/** Bytes of a page's JavaScript, gzipped, in production. */
export const PAGE_SCRIPT_BUDGET = 60_000;

/** Lines of a lesson's hub, server/main.ts and client code at most: what is read aloud. Authorization has its matrix and experiments. */
export const codeLineBudget = (lesson: number): number => (lesson >= 6 ? 460 : 250);

/** Words of a README without its code: five minutes. */
export const README_WORD_BUDGET = 900;
