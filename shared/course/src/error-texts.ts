/** Every text that a user of the course's commands can see when something is wrong. */
export const errorTexts = {
  unknownCommand: (name: string) =>
    `'${name}' is not a command of the course. There are: start, lesson N, diff N M, new-lesson NAME, test, build.`,
  startKnows: (text: string) =>
    `npm start does not know '${text}'. It knows --no-open, which leaves the browser alone; the variable PORT chooses another port.`,
  noSuchLesson: (text: string, last: number) =>
    `There is no lesson '${text}'. Lessons have the numbers 1 to ${last}, for example: npm run lesson 3`,
  newLessonNeeds:
    'Say the name of the new lesson, for example: npm run new-lesson -- your-topic (with --title "Your topic" its title, with --from 3 the lesson whose code it starts from)',
  badLessonName: (text: string) =>
    `'${text}' cannot be the name of a lesson. Take lower-case words with hyphens between them, for example your-topic`,
  badLessonTitle: (text: string) =>
    `'${text}' cannot be the title of a lesson. Take up to 60 characters in one line, without < > & " \` and |.`,
  lessonExists: (name: string) => `The lesson lessons/${name} exists already. Choose another name.`,
  numberTaken: (number: string, name: string) =>
    `The new lesson cannot have the number ${number}, since lessons are numbered without a gap. Name it ${name}, or leave the number out.`,
  placeGone: (file: string) =>
    `The new lesson could not be registered: ${file} has another shape than it had. Nothing was made.`,
  lockNotRenewed: (reason: string) =>
    `package-lock.json does not know the new lesson yet, because npm failed: ${reason}\nRun npm install.`,
  diffNeedsTwo:
    'Say which two lessons to compare, for example: npm run diff 3 4 (with --stat only counts, with --all tests and READMEs too)',
  lessonInPreparation: (number: number) =>
    `Lesson ${number} is in preparation. The course home lists the lessons that exist: npm start`,
  nothingBroken: (number: number) =>
    `Lesson ${number} has no server/auth-broken.ts and server/auth-fixed.ts beside each other, so there is nothing to compare.`,
  noSuchDiffFile: (file: string, title: string) =>
    `${title}: there is no file '${file}' in either.`,
  sameFile: (file: string, title: string) => `${title}: '${file}' is the same in both.`,
  noSuchDiff: (path: string) =>
    `The diff viewer has no page '${path}'. It compares two lessons, for example 5 and 6.`,
  diffBroke: (reason: string) =>
    `This comparison could not be made: ${reason}. A lesson's folder may have changed meanwhile: try it again.`,
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by a course home that is still running. End it, or choose another port with the variable PORT.`,
  foreignRequest: 'Only the page of the course home itself may start and stop lessons.',
  lessonEnded: (number: number, how: string) =>
    `Lesson ${number} ended without being asked to (${how}). Its last lines are below.`,
  lessonNotStarted: (number: number, how: string) =>
    `Lesson ${number} ended before it was ready (${how}). Its last lines are below.`,
  pageBroke: (reason: string) =>
    `The course home could not make this page: ${reason}. Correct what it names and load it again.`,
  noSuchPage: 'The course home has no such page. Its first page is at /.',
  toolMissing: (tool: string) =>
    `${tool} is not installed. The tests that need it are skipped. In CI, this is a failure.`,
  noTestsIn: (path: string) =>
    `No tests found for '${path}'. Give a folder with tests, a test file (*.test.ts), or a source file that has a test file next to it.`,
} as const;
