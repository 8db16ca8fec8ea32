/** Every message that a user of the benchmark can see if something is wrong. */
export const errorTexts = {
  serverExited: (output: string) =>
    `The process exited. ${output === '' ? 'It printed nothing.' : `It printed: ${output}`}`,
  connectionClosed: 'The server closed a connection of the load. See its output above.',
  serverNotListening: (output: string) =>
    `The process did not listen in 20 s. ${output === '' ? 'It printed nothing.' : `It printed: ${output}`}`,
  commandFailed: (command: string, output: string) => `'${command}' failed: ${output}`,
  unknownPeer: (name: string, known: readonly string[]) =>
    `There is no peer '${name}'. Choose from: ${known.join(', ')}.`,
  unknownWorkload: (name: string, known: readonly string[]) =>
    `No workload starts with '${name}'. Choose from: ${known.join(', ')}.`,
  loadTimedOut: (seconds: number) => `The load was not done in ${seconds} s.`,
  wrongAnswer: (record: string) => `The server sent an unexpected answer: ${record.slice(0, 200)}`,
  wrongCount: (units: number) =>
    `The clients received a wrong number of messages: ${units} in all.`,
  notLinux:
    'The benchmark needs Linux, because it reads the CPU time of the servers from /proc. Run it in a container or a virtual machine with Linux.',
  unknownRef: (ref: string) =>
    `Git has no commit '${ref}'. Give a branch, a tag or a commit with --ref.`,
  notProfiled: (peer: string) =>
    `The peer '${peer}' does not run on Node, so its CPU profile cannot be recorded. Leave it out of --peers.`,
  profileTimedOut: (seconds: number) =>
    `A server did not answer the signal for a CPU profile in ${seconds} s. Its output is above.`,
  publishWithoutFull:
    'Only the full form is published. Add --full, and leave out --peers and --workloads.',
} as const;
