import { findService } from '@practical-signalr/azure-emulator';
import { exitWithMessage, portBeside, portIfFree } from '@practical-signalr/lesson-kit';

const NAME = 'Azure__SignalR__ConnectionString';
const main = new URL('../../server/main.ts', import.meta.url);

/**
 * The service of the connection string in the environment; if there is none, an emulator in this
 * process.
 */
export const service = await findService({ port: await portIfFree(portBeside(main, 8888)) }).catch(
  exitWithMessage,
);

// The second instance, the other apps and the C# server find it there.
Object.assign(process.env, service.environment);

/** The connection string of the service. It has a key, so it is never shown. */
export const connectionString =
  process.env[NAME] ?? exitWithMessage(new Error(`Set the environment variable ${NAME}.`));
