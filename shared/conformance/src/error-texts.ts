/** Every text that a user of the conformance commands can see when something is wrong. */
export const errorTexts = {
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by another twin. Stop it, or choose another port with --port.`,
  noSuchArea: (text: string, areas: readonly string[]) =>
    `--area is '${text}'. Choose from: ${areas.join(', ')}.`,
  noScenarios: 'No scenario has a name with this text. Choose another text, or leave out --only.',
  notAnAddress: (text: string) =>
    `--url is '${text}'. Give an address such as http://127.0.0.1:5900`,
  nobodyAnswers: (url: string) =>
    `Nothing responds at ${url}. Start the server first, or leave out --url to play against the twin.`,
  recordWithoutServer:
    '--record needs a server to record. Start the ASP.NET Core server, then add --expected and its address.',
  notARecording: (path: string) =>
    `${path} is not a recording of this version. Record the session again with: npm run record`,
  damagedRecording: (path: string, line: number) =>
    `Line ${line} of ${path} is damaged. Record the session again, or remove the line.`,
  fileExists: (path: string) => `'${path}' exists. Delete it, or choose another file with --file.`,
  cannotWrite: (cause: string) =>
    `The recorder cannot create its file: ${cause}. Choose a file in a folder that exists, and in which you may write, with --file.`,
  cannotRead: (cause: string) =>
    `The recorder cannot read the recording: ${cause}. Check the path after --play.`,
  recordingIsFull: 'the file has its maximum size',
  recordingStopped: (cause: string) =>
    `The recording stops here: ${cause}. The file keeps all events up to now. Clients are still served.`,
  messagesNotRecorded: (connection: number, from: string) =>
    `Further messages of the ${from} on connection ${connection} are not recorded: one has more than 16 MB, or is not a message of the hub protocol. The connection is still served.`,
  nothingRecorded: (url: string) =>
    `No events were recorded, so there is no file. Did the clients connect to ${url}?`,
  recordItself: (address: string) =>
    `--to is '${address}', the address of the recorder itself. Pass the address of the server, or another --port.`,
  lastLineIsCutOff: (path: string) =>
    `The last line of ${path} is cut off, because the recorder was killed. It is not played.`,
  noEvents: (path: string) =>
    `${path} has no events, so there is nothing to play. Record the session again with: npm run record`,
  targetNotReached: (cause: string) =>
    `The recorder does not reach the server: ${cause}. Start the server, or correct --to.`,
  serverNotReached: (address: string, cause: string) =>
    `Nothing responds at ${address} (${cause}). Start the server first, or correct --to.`,
  certificateNotTrusted: (address: string, cause: string) =>
    `The certificate of ${address} is not trusted (${cause}). Set the environment variable NODE_EXTRA_CA_CERTS to the path of the certificate, in PEM format.`,
  recordPortInUse: (port: number) =>
    `Port ${port} is in use, probably by another recorder. Stop it, or choose another port with --port.`,
  notAHeader: (text: string) =>
    `--header is '${text}'. Write a name and a value, for example --header 'X-Tenant: blue'`,
  notAParameter: (text: string) =>
    `--query is '${text}'. Write a name and a value, for example --query tenant=blue`,
  serverMissing: 'Add --to and the address of the server, for example --to http://127.0.0.1:5000',
  notAServer: (text: string) =>
    `--to is '${text}'. Pass only the scheme, host and port of the server, such as http://127.0.0.1:5000`,
} as const;
