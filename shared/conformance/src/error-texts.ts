/** Every text that a user of the conformance commands can see when something is wrong. */
export const errorTexts = {
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by another twin. End it, or choose another port with --port.`,
  noScenarios: 'No scenario has that name. Leave out --area and --only to play all.',
  notAnAddress: (text: string) =>
    `--url is '${text}'. Give an address such as http://127.0.0.1:5900`,
  nobodyAnswers: (url: string) =>
    `Nothing answers at ${url}. Start the server first, or leave out --url to play against the twin.`,
  recordWithoutServer:
    '--record needs a server to record. Start the ASP.NET Core server, then add --expected and its address.',
} as const;
