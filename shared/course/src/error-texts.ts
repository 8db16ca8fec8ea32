/** The messages that the commands of the course, the home and the diff viewer show to a user. */
export const errorTexts = {
  unknownCommand: (name: string, commands: readonly string[]) =>
    `Unknown command '${name}' (available: ${commands.join(', ')}).`,
  noSuchLesson: (text: string, last: number) =>
    `There is no lesson '${text}'. Use a number from 1 to ${last}.`,
  badLessonName: (text: string) =>
    `'${text}' is not a valid lesson name. Use lower-case words with hyphens between them, for example your-topic.`,
  badLessonTitle: (text: string) =>
    `'${text}' is not a valid lesson title. Use up to 60 characters in one line, without < > & " \` and |.`,
  lessonExists: (name: string) => `The lesson lessons/${name} exists already. Use another name.`,
  numberTaken: (number: string, name: string) =>
    `The new lesson cannot have the number ${number}, because lessons are numbered without gaps. Use the name ${name}, or omit the number.`,
  placeGone: (file: string) =>
    `${file} no longer matches the pattern that new-lesson expects. Nothing was changed. Adapt shared/course/src/commands/new-lesson.ts.`,
  lockNotRenewed: (reason: string) =>
    `npm could not add the new lesson to package-lock.json: ${reason}\nRun npm install.`,
  lessonInPreparation: (number: number) =>
    `Lesson ${number} is in preparation. Run npm start to see the lessons that exist.`,
  nothingBroken: (number: number) =>
    `Lesson ${number} does not have both server/auth-broken.ts and server/auth-fixed.ts, so there is nothing to compare.`,
  noSuchDiffFile: (file: string, title: string) =>
    `${title}: the file '${file}' does not exist in either lesson.`,
  sameFile: (file: string, title: string) => `${title}: '${file}' is identical in both lessons.`,
  noSuchDiff: (path: string) =>
    `The diff viewer has no page '${path}'. Use the numbers of two lessons, for example /diff/5/6.`,
  diffBroke: (reason: string) =>
    `The comparison failed: ${reason}. A file may have changed at the same time. Reload the page.`,
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by another course home. Stop it, or select another port with the environment variable PORT.`,
  foreignRequest: 'Only the page of the course home may start and stop lessons.',
  lessonEnded: (number: number, how: string) =>
    `Lesson ${number} stopped unexpectedly (${how}). The last lines of its output follow.`,
  lessonNotStarted: (number: number, how: string) =>
    `Lesson ${number} stopped before it was ready (${how}). The last lines of its output follow.`,
  pageBroke: (reason: string) =>
    `The course home could not build this page: ${reason}. Correct the error and reload the page.`,
  noSuchPage: 'The course home has no page at this address. Open / to see the lessons.',
  toolMissing: (tool: string) =>
    `${tool} is not installed. The tests that need it are skipped. In CI, this is a failure.`,
  noTestsIn: (path: string) =>
    `No tests found for '${path}'. Give a folder with tests, a test file (*.test.ts), or a source file that has a test file next to it.`,
} as const;
