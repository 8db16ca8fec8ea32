import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  buildDotnet,
  type BuiltDotnet,
  dotnetEnvironment,
} from '@practical-signalr/lesson-kit/instances';
import type { Kind } from './checked-client.ts';

/** What a .NET client has noticed. All figures but `calls` must be 0. */
export interface DotnetReport {
  readonly faults: number;
  readonly failedCalls: number;
  readonly reconnecting: number;
  readonly changedId: boolean;
  readonly calls: number;
}

/** A .NET client that follows servers that restart. */
export interface DotnetFollower {
  /** Stops following, with the number of messages of each kind. */
  report(lengths: Readonly<Record<Kind, number>>): Promise<DotnetReport>;
}

/** Builds the .NET client. */
export const buildFollower = (): Promise<BuiltDotnet> =>
  buildDotnet(new URL('../../dotnet/client/Client.csproj', import.meta.url));

/** Starts a .NET client. Resolves when it is connected. */
export async function startFollower(
  { assembly }: BuiltDotnet,
  url: string,
  user: string,
  protocol: 'json' | 'messagepack',
): Promise<DotnetFollower> {
  const child = spawn('dotnet', [assembly, 'follow', url, user, protocol], {
    env: dotnetEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('The .NET client has exited.');
    return line.value;
  };
  await nextLine();
  return {
    async report(lengths) {
      child.stdin.end(`${JSON.stringify(lengths)}\n`);
      return JSON.parse(await nextLine()) as DotnetReport;
    },
  };
}
