import type { Peer } from '../peers/peer.ts';
import type { Measurement } from '../results/results.ts';
import type { LoadOptions } from '../workloads/workload.ts';
import { runCommandLine } from './run-command.ts';
import { pinToCore, type ServerProcess } from './server-process.ts';

/**
 * Puts a load on the servers of a peer, and returns what was measured.
 * @throws Error if an answer of the server was wrong
 */
export type RunLoad = (
  peer: Peer,
  servers: readonly ServerProcess[],
  options: LoadOptions,
) => Promise<Measurement>;

/** Returns a function that runs a load generator as a process on a core. */
export const createRunLoad =
  (command: readonly string[], folder: string, core: number | undefined): RunLoad =>
  async ({ protocol, path }, servers, options) => {
    const all = { protocol, path, ...options };
    const words = [
      ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...servers.flatMap(({ port, pid }) => ['--port', String(port), '--pid', String(pid)]),
    ];
    const output = await runCommandLine(pinToCore([...command, ...words], core), folder).catch(
      (error: unknown) => {
        // The command line is long, and says nothing that the report does not say.
        const [message = ''] = (error as Error).message.split("' failed: ").slice(-1);
        throw new Error(message);
      },
    );
    return JSON.parse(output) as Measurement;
  };
