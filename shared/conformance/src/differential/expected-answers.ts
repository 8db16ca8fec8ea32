import { buildDotnet, hasDotnet, startDotnet } from '@practical-signalr/lesson-kit/instances';
import { createCase } from './grammars.ts';
import { playCase } from './play/play-case.ts';
import { RemoteServer } from './play/remote-server.ts';
import { readRecordedAnswers } from './recorded-answers.ts';
import type { ExpectedAnswers } from './run-cases.ts';
import type { Case } from './case.ts';

/** Where the answers of ASP.NET Core come from. */
export interface ExpectedSource {
  readonly description: string;
  readonly expected: ExpectedAnswers;
  /** The recorded cases, or undefined if every case can be played. */
  readonly recordedCases?: readonly Case[];
  close(): Promise<void>;
}

/** Returns the recorded answers, which need no .NET SDK. */
export function openRecordedAnswers(): ExpectedSource {
  const { seed, answers } = readRecordedAnswers();
  return {
    description: `${answers.size} recorded answers of ASP.NET Core to seed ${seed}`,
    expected: async ({ index }) => answers.get(index) ?? [],
    recordedCases: [...answers.keys()].map((index) => createCase(seed, index)),
    close: async () => undefined,
  };
}

/** Returns a server that runs already. */
export function openServer(url: string): ExpectedSource {
  const server = new RemoteServer(url);
  return {
    description: `the server at ${url}`,
    expected: (test, patience) => playCase(server, test, patience),
    close: async () => server.close(),
  };
}

/** Makes the .NET server log its address only. */
const QUIET = {
  Logging__LogLevel__Default: 'None',
  'Logging__LogLevel__Microsoft.Hosting.Lifetime': 'Information',
};

/** Starts ASP.NET Core if the .NET SDK is installed. Otherwise, returns its recorded answers. */
export async function openDotnet(): Promise<ExpectedSource> {
  if (!hasDotnet()) return openRecordedAnswers();
  const file = new URL('../../dotnet/reference/Reference.csproj', import.meta.url);
  const dotnet = await startDotnet('ASP.NET Core', await buildDotnet(file), QUIET);
  const source = openServer(dotnet.url);
  return {
    ...source,
    description: `ASP.NET Core at ${dotnet.url}`,
    async close() {
      await source.close();
      await dotnet.close();
    },
  };
}
