/** Every text that a user of the course's commands can see when something is wrong. */
export const errorTexts = {
  unknownCommand: (name: string) =>
    `'${name}' is not a command of the course. There are: start, lesson N, diff N M, new-lesson NAME, test, build.`,
  noSuchLesson: (text: string, last: number) =>
    `There is no lesson '${text}'. Lessons have the numbers 1 to ${last}, for example: npm run lesson 3`,
  diffNeedsTwo:
    'Say which two lessons to compare, for example: npm run diff 3 4 (with --stat only counts, with --all tests and READMEs too)',
  lessonInPreparation: (number: number) =>
    `Lesson ${number} is in preparation. The course home lists the lessons that exist: npm start`,
  nothingBroken: (number: number) =>
    `Lesson ${number} has no server/auth-broken.ts and server/auth-fixed.ts beside each other, so there is nothing to compare.`,
  noSuchDiffFile: (file: string, title: string) => `${title}: there is no file '${file}' in either.`,
  sameFile: (file: string, title: string) => `${title}: '${file}' is the same in both.`,
  noSuchDiff: (path: string) => `The diff viewer has no page '${path}'. It compares two lessons, for example 5 and 6.`,
  diffBroke: (reason: string) =>
    `This comparison could not be made: ${reason}. A lesson's folder may have changed meanwhile: try it again.`,
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by a course home that is still running. End it, or choose another port with the variable PORT.`,
  foreignRequest: 'Only the page of the course home itself may start and stop lessons.',
  lessonEnded: (number: number, how: string) =>
    `Lesson ${number} ended without being asked to (${how}). Its last lines are below.`,
  lessonNotStarted: (number: number, how: string) =>
    `Lesson ${number} ended before it was ready (${how}). Its last lines are below.`,
  noSuchPage: 'The course home has no such page. Its first page is at /.',
  toolMissing: (tool: string) =>
    `${tool} is missing: the tests that need it are not run here. In CI this is a failure.`,
} as const;
