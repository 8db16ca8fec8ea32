/** The errors of the lesson kit. Each message says what happened and what to do. */
export const errors = {
  portInUse: (port: number) =>
    new Error(
      `Port ${port} is in use, probably by the same lesson in another terminal or in the course home. Stop it, or choose another port with the environment variable PORT.`,
    ),
  invalidPort: (text: string, name: string) =>
    new Error(
      `'${text}' is not a port. Set the environment variable ${name} to a number from 0 to 65535, or remove it.`,
    ),
  noLessonNumber: (folder: string) =>
    new Error(
      `The name of the folder '${folder}' does not start with the number of a lesson. Rename it, for example to 03-basics.`,
    ),
  lessonNotRunning: (number: number) =>
    new Error(
      `Lesson ${number} is not running. Start it in another terminal with: npm run lesson ${number}. Or start the course home with: npm start`,
    ),
  homeNotRunning: () =>
    new Error('The course home is not running. Start it in another terminal with: npm start'),
  pageNotBuilt: (folder: string) =>
    new Error(
      `The page of ${folder} is not built. Run npm run build, then start the lesson again.`,
    ),
  chromiumMissing: () =>
    new Error(
      'Chromium was not found. Install it (on Debian: apt-get install chromium), or set the environment variable CHROMIUM_PATH to its path.',
    ),
  instanceStopped: (name: string, output: string) =>
    new Error(`${name} stopped before it was ready. Fix what its output reports:\n${output}`),
  instanceAddressMissing: (name: string, text: string) =>
    new Error(
      `INSTANCES is '${text}', which has no address for ${name}. List one address for each instance, for example http://instance-1:4171,http://instance-2:4172, or remove the environment variable.`,
    ),
  instancesRunElsewhere: () =>
    new Error(
      'The instances run elsewhere, at the addresses in INSTANCES. Change their settings where they are started, for example in compose.yaml.',
    ),
  noInstance: () =>
    new Error('No instance is running. Start one in the lab, or wait until one is ready.'),
  instanceSilent: (name: string) =>
    new Error(`${name} does not respond. Start it again on the control panel, or wait.`),
  pageElsewhere: (name: string) =>
    new Error(
      `This is ${name}, which has no page. Open the address that the lesson printed: the balancer serves the page.`,
    ),
  lessonStopped: (output: string) =>
    new Error(`The lesson stopped before it was ready. Fix what its output reports:\n${output}`),
  foreignHost: (host: string) =>
    new Error(`The host '${host}' is not allowed. Open this server as localhost or 127.0.0.1.`),
  foreignOrigin: (origin: string) =>
    new Error(
      `Requests from the origin '${origin}' are not allowed. Open the page from this server.`,
    ),
  unknownSection: (name: string) =>
    new Error(
      `The page has a generated section '${name}', but nothing generates its content. Correct the name in the comment, or remove the section.`,
    ),
  missingSection: (name: string) =>
    new Error(
      `The page has no generated section '${name}'. Add the comments <!-- generated: ${name} --> and <!-- end of generated --> to it.`,
    ),
} as const;
