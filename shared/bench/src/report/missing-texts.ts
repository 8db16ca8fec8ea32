import type { Workload } from '../workloads/workload.ts';

/** Why something was not measured. The report lists these messages. */
export const missingTexts = {
  noDotnet: (peer: string) =>
    `${peer} was left out: the .NET SDK is not installed. Install .NET 10, so that \`dotnet\` is on the PATH.`,
  noCompiler:
    'The load generator in C was replaced by a slower one in TypeScript: no C compiler (cc) is installed. CPU times are comparable, latencies are not.',
  peerNeedsCompiler: (peer: string) =>
    `${peer} was left out: the load generator in TypeScript does not speak its protocol. Install a C compiler (cc).`,
  workloadNeedsCompiler: (workload: string) =>
    `${workload} was left out: the load generator in TypeScript does not have it. Install a C compiler (cc).`,
  noRedis: (workload: string) => `${workload} was left out: \`redis-server\` is not installed.`,
  lowFileLimit: ({ name, clients }: Workload, limit: number, reduced: number | undefined) =>
    `${name} was ${reduced === undefined ? 'left out' : `reduced to ${reduced} clients`}: it opens ${clients} connections, but the limit of open files is ${limit}. Increase it with \`ulimit -n\`.`,
  notPinned: (cores: number) =>
    cores < 2
      ? 'The servers and the load generator shared the only core of the machine. CPU times are comparable, rates and latencies are not.'
      : 'The processes were not pinned to cores, because `taskset` is not installed. CPU times vary more than with it.',
  peerDidNotBuild: (peer: string, output: string) =>
    `${peer} was left out: it could not be built or installed. ${output}`,
  peerDidNotStart: (peer: string, output: string) =>
    `${peer} was left out: its server did not start. ${output}`,
  peerStopped: (peer: string, workload: string) =>
    `${peer} stopped during ${workload} and was started again.`,
  runFailed: (peer: string, workload: string, error: string) =>
    `${workload} failed with ${peer}: ${error}`,
  redisDidNotStart: (output: string) =>
    `The workloads with Redis were left out: Redis did not start. ${output}`,
} as const;
