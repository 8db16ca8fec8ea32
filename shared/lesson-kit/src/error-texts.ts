/** Every text that a user of the lesson kit can see when something is wrong. */
export const errorTexts = {
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by the same lesson in another terminal or in the course home. End it, or choose another port with the variable PORT.`,
  noPort: (text: string) =>
    `'${text}' is not a port. Set the variable PORT to a number from 0 to 65535, or leave it out.`,
  noNumber: (folder: string) =>
    `The folder '${folder}' does not start with the number of a lesson, for example 03-basics.`,
  lessonNotRunning: (number: number) =>
    `Lesson ${number} does not run. Start it in another terminal with: npm run lesson ${number}. Or start the course home with: npm start`,
  homeNotRunning: 'The course home does not run. Start it in another terminal with: npm start',
  notBuilt: (folder: string) =>
    `The page of ${folder} is not built yet. Build it with npm run build, then start it again.`,
  browserMissing:
    'Chromium is missing: set CHROMIUM_PATH or install it (Debian: apt-get install chromium).',
  instanceEnded: (name: string, output: string) =>
    `The ${name} ended before it was ready. It printed:\n${output}`,
  noInstance: (name: string, text: string) =>
    `INSTANCES is '${text}' and has no address for ${name}. Name one for each, for example http://instance-1:4171,http://instance-2:4172, or leave it out.`,
  instancesElsewhere:
    'The instances run elsewhere, at the addresses of INSTANCES: what they do is set where they are started, for example in compose.yaml.',
  instanceSilent: (name: string) => `The ${name} does not answer.`,
  pageElsewhere: (name: string) =>
    `This is ${name}. The balancer in front of it serves the page, at the address that the lesson has printed.`,
  lessonEnded: (output: string) => `The lesson ended before it was ready. It printed:\n${output}`,
} as const;
