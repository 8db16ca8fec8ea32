/** Every message that a user of the simulator can see if something is wrong. */
export const errorTexts = {
  stalled: 'The simulation waits for something that no event causes. This is a bug.',
  unknownChoice: (option: string, value: string, known: readonly string[]) =>
    `--${option} is '${value}'. Choose from: ${known.join(', ')}.`,
  localHasOneServer: "The backplane 'local' has one server. Use --servers 1.",
  notSingleServer: 'A crash and a deployment need at least two servers. Use --servers 2.',
} as const;
