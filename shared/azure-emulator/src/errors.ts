import { type CodedError, createError } from '@practical-signalr/protocol';

const option = (message: string, type: new (message: string) => Error = RangeError): CodedError =>
  createError('ERR_SIGNALR_EMULATOR_INVALID_OPTION', message, { type });

/** The errors of this package. The page `errors.md` of the documentation explains their codes. */
export const errors = {
  portInUse: (port: number, cause?: unknown) =>
    createError(
      'ERR_SIGNALR_EMULATOR_PORT_IN_USE',
      `Port ${port} is in use, perhaps by another emulator. Stop it, or choose another port with the option 'port' (on the command line: --port).`,
      { cause },
    ),
  cannotListen: (host: string, port: number, reason: string, cause?: unknown) =>
    createError(
      'ERR_SIGNALR_EMULATOR_CANNOT_LISTEN',
      `The emulator cannot listen on ${host}, port ${port} (${reason}). Choose others with --host and --port.`,
      { cause },
    ),
  invalidArguments: (reason: string, cause?: unknown) =>
    createError('ERR_SIGNALR_EMULATOR_INVALID_ARGUMENTS', describeArguments(reason), { cause }),
  notANumber: (name: string, value: string) =>
    createError(
      'ERR_SIGNALR_EMULATOR_INVALID_ARGUMENTS',
      `The value '${value}' of --${name} is invalid. It must be a number of at least 0.`,
    ),
  unknownOption: (name: string) =>
    createError(
      'ERR_SIGNALR_EMULATOR_UNKNOWN_OPTION',
      `Unknown option '${name}' for startEmulator. Check the spelling.`,
      { type: TypeError },
    ),
  notAPort: () => option("The option 'port' must be a whole number from 0 to 65535."),
  notAMode: () => option("The option 'serviceMode' (--mode) must be 'Default' or 'Serverless'."),
  notAnUpstream: () =>
    option(
      "The option 'upstream' must be an http or https URL. It may contain {hub}, {category} and {event}.",
      TypeError,
    ),
  upstreamNeedsServerless: () =>
    option(
      "The option 'upstream' has an effect in serverless mode only. Set 'serviceMode' to 'Serverless' (--mode serverless).",
    ),
  notOrigins: () =>
    option(
      "The option 'allowedOrigins' must be an array of origins such as 'http://app.example:3000', without a path.",
      TypeError,
    ),
  notAnIssuer: () =>
    option("The option 'entra' must have an issuer and a publicKey, a key in PEM.", TypeError),
  keyMissing: () => option("The option 'accessKey' (--key) must not be empty."),
  notPositive: (name: string) => option(`The option '${name}' must be a number greater than 0.`),
  notATime: (name: string, max: number) =>
    option(`The option '${name}' must be a time in ms from 0 to ${max.toLocaleString('en')}.`),
} as const;

/** Returns a message of commander as a sentence, without the `error: ` at its start. */
function describeArguments(message: string): string {
  const reason = message.replace(/^error: /, '').replace(/\.$/, '');
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)} (for the options, see --help).`;
}
