/** Every text that a user of the conformance commands can see when something is wrong. */
export const errorTexts = {
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by another twin. End it, or choose another port with --port.`,
  noScenarios: 'No scenario has that name. Leave out --area and --only to play all.',
} as const;
