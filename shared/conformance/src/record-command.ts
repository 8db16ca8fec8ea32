import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';
import { describeDifference } from './recorder/replay/describe-difference.ts';
import { playSession } from './recorder/replay/play-session.ts';
import { readEvents } from './recorder/recorded-event.ts';
import { startRecordingProxy } from './recorder/recording-proxy.ts';

interface RecordOptions {
  readonly to?: string;
  readonly file: string;
  readonly play?: string;
  readonly port: number;
  readonly header: readonly string[];
  readonly query: readonly string[];
  readonly timeout: number;
  readonly settle: number;
}

/** `npm run record`, or `npx signalr-record`: records a session, or plays it against a server. */
const command = createCommand(
  'npm run record',
  '[-- options]',
  'Records what SignalR clients and a server send, without tokens, or plays a recording against a server and prints the differences.',
)
  .option('--to <address>', 'server to record or to test, for example http://127.0.0.1:5000')
  .option('--file <path>', 'file to write', 'session.jsonl')
  .option('--port <number>', 'port at which clients connect instead', wholeNumber(0, 65_535), 5950)
  .option('--play <path>', 'play this recording instead of recording')
  .option(
    '--header <name: value>',
    'header for each request of a replay, repeatable',
    (text: string, texts: readonly string[]) => [...texts, text],
    [],
  )
  .option(
    '--query <name=value>',
    'query parameter for each request of a replay, repeatable',
    (text: string, texts: readonly string[]) => [...texts, text],
    [],
  )
  .option(
    '--timeout <ms>',
    'maximum wait for a response or a recorded message',
    wholeNumber(1, 600_000),
    3000,
  )
  .option('--settle <ms>', 'wait for messages that were not recorded', wholeNumber(0, 600_000), 200)
  .action(async (options: RecordOptions) => {
    try {
      const address = checkAddress(options.to);
      if (options.play === undefined) await record(address, options);
      else process.exitCode = await play(options.play, address, options);
    } catch (error) {
      const isPortInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      console.error(
        isPortInUse ? errorTexts.recordPortInUse(options.port) : (error as Error).message,
      );
      process.exitCode = 1;
    }
  });
await runCommand(command, process.argv.slice(2));

/** Records until Ctrl-C. The exit code is 1 if a part of the traffic is not in the file. */
async function record(to: string, { file, port, timeout }: RecordOptions): Promise<void> {
  if (isOwnAddress(new URL(to), port)) throw new Error(errorTexts.recordItself(to));
  await checkServer(to, timeout);
  const onProblem = (message: string): void => {
    console.error(message);
    process.exitCode = 1;
  };
  const proxy = await startRecordingProxy({ target: to, file, port, onProblem });
  console.log(`Connect clients to ${proxy.url} instead of ${to}. Ctrl-C stops the recording.`);
  const stop = async (): Promise<void> => {
    await proxy.close();
    const count = proxy.eventCount();
    if (count === 0) onProblem(errorTexts.nothingRecorded(proxy.url));
    else
      console.log(
        `${count} events are in ${file}. They contain no tokens, but the arguments of calls.`,
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop());
}

/**
 * Returns whether an address is that of the recorder. It would forward requests to itself and never
 * respond.
 */
function isOwnAddress({ hostname, port }: URL, ownPort: number): boolean {
  const isThisMachine = /^(?:localhost|127\.[\d.]+|0\.0\.0\.0)$/.test(hostname);
  return isThisMachine && port === String(ownPort);
}

/** Plays a recording and prints the differences. Returns the exit code. */
async function play(
  path: string,
  to: string,
  { header, query, timeout, settle }: RecordOptions,
): Promise<number> {
  const headers = Object.fromEntries(header.map(readHeader));
  const parameters = query.map(readParameter).join('&');
  const events = readEvents(path, (message) => console.error(message));
  if (events.length === 0) throw new Error(errorTexts.noEvents(path));
  await checkServer(to, timeout);
  const token = process.env['SIGNALR_TOKEN'];
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const differences = await playSession(events, {
    url: to,
    headers: { ...authorization, ...headers },
    query: parameters,
    timeout,
    settleTime: settle,
  });
  for (const difference of differences) console.log(describeDifference(difference));
  const count = differences.length;
  console.log(
    `${events.length} events played, ${count} ${count === 1 ? 'difference' : 'differences'}`,
  );
  return count > 0 ? 1 : 0;
}

function readHeader(text: string): [name: string, value: string] {
  const [name = '', ...values] = text.split(':');
  const value = values.join(':').trim();
  try {
    // Throws for characters that no header may have.
    new Headers([[name.trim(), value]]);
  } catch {
    throw new Error(errorTexts.notAHeader(text));
  }
  if (values.length === 0) throw new Error(errorTexts.notAHeader(text));
  return [name.trim().toLowerCase(), value];
}

function readParameter(text: string): string {
  const index = text.indexOf('=');
  if (index <= 0) throw new Error(errorTexts.notAParameter(text));
  return [text.slice(0, index), text.slice(index + 1)].map(encodeURIComponent).join('=');
}

/** Throws if no server responds, because each connection would fail for the same reason. */
async function checkServer(address: string, timeout: number): Promise<void> {
  try {
    const signal = AbortSignal.timeout(timeout);
    await (await fetch(address, { redirect: 'manual', signal })).body?.cancel();
  } catch (error) {
    const { cause, name } = error as Error;
    const { code, message = name } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
    const reason = code ?? message;
    const text = isCertificateError(reason)
      ? errorTexts.certificateNotTrusted(address, reason)
      : errorTexts.serverNotReached(address, reason);
    throw new Error(text, { cause: error });
  }
}

/** Returns whether TLS has refused a certificate. Source: "Error codes" of Node's `tls`. */
function isCertificateError(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER/.test(code);
}

/** Returns the origin of a server. Throws if it is missing, or names more than a server. */
function checkAddress(address: string | undefined): string {
  if (address === undefined) throw new Error(errorTexts.serverMissing);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:\/\/[^/]/i.test(address) || url.href !== `${url.origin}/`)
    throw new Error(errorTexts.notAServer(address));
  return url.origin;
}
