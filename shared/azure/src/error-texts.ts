/** Every text that a user of this package can see, in one place. */
export const errorTexts = {
  // Service protocol
  messageTooShort: 'A message of the service ends before its last item.',
  wrongType: (expected: string, byte: number) =>
    `A message of the service has the wrong type: ${expected} was expected, 0x${byte.toString(16)} found.`,
  emptyMessage: 'A message of the service has no type.',
  frameTooLarge: (size: number, limit: number) =>
    `A message of the service has ${size} bytes; ${limit} are allowed.`,
  malformedLength: 'A message of the service starts with a length of more than 5 bytes.',
  // Connection strings: none shows a value, since any of them may be the key
  missingEndpoint:
    'The connection string has no Endpoint: copy it whole from the keys of the Azure SignalR resource.',
  missingAccessKey:
    'The connection string has no AccessKey: copy it whole, or name an AuthType to do without a key.',
  unknownAuthType:
    'The AuthType of the connection string is unknown and there is no AccessKey: use azure, azure.msi or azure.app.',
  wrongVersion:
    'The Version of the connection string is not supported: it must start with 1 and a point, as 1.0 does.',
  wrongPort: 'The Port of the connection string must be a number from 1 to 65535.',
  repeatedKey: (name = 'a key') => `The connection string has ${name} twice: leave one of them.`,
  notAnHttpUrl: (name: string) =>
    `The ${name} of the connection string is not an http or https URL: check it and the semicolon behind it.`,
  applicationNeeds: (name: string) =>
    `The connection string names an application to sign in as, but has no ${name} for it.`,
  // Options
  noConnectionString:
    'There is no connection string for Azure SignalR Service: pass connectionString, or set the environment variable Azure__SignalR__ConnectionString.',
  noPrimaryEndpoint:
    'All endpoints are secondary: make at least one primary, since only those take clients in normal times.',
  wrongEndpointType: "The type of an endpoint must be 'primary' or 'secondary'.",
  notAnHttpEndpoint: (name: string) =>
    `The option '${name}' of an endpoint must be an http or https URL.`,
  notAnEndpoint:
    'An endpoint must be a connection string, { connectionString } or { endpoint, credential }; a text that is not set is none.',
  notAShutdown:
    "The option 'gracefulShutdown' must be { mode, timeout }, both of which may be left out.",
  unknownOption: (name: string) =>
    `'${name}' is not an option of azureSignalR. Check the spelling.`,
  notACount: (name: string, most: number) =>
    `The option '${name}' must be a whole number from 1 to ${most}.`,
  notATime: (name: string, most: number) =>
    `The option '${name}' must be a time in ms, greater than 0 and at most ${most}.`,
  notAChoice: (name: string, list: readonly string[]) =>
    `The option '${name}' must be one of ${list.join(', ')}.`,
  identityNotInstalled:
    "The connection string signs in with Microsoft Entra ID, which needs a package that is missing: run 'npm install @azure/identity'.",
  // To clients that negotiate, in the official SDK's words where it has them
  notConnected: 'Azure SignalR Service is not connected yet, please try again later.',
  noEndpointChosen:
    'The router of the app has chosen no endpoint of Azure SignalR Service for this client.',
  tokenTooLong: (length: number, most: number) =>
    `The token for Azure SignalR Service has ${length} characters; ${most} are allowed. Pass fewer claims with the option claimsProvider.`,
  // To the app
  notActive:
    'There is no connection to Azure SignalR Service now, so the message was not sent. The SDK goes on connecting.',
  ackTimeout: 'Azure SignalR Service did not answer in time.',
  ackLost:
    'The server connection was lost before Azure SignalR Service answered; whether it did what was asked is not known.',
  ackFailed: (text: string) => `Azure SignalR Service refused: ${text}`,
  noEntraToken:
    'The credential gave no token for Azure SignalR Service. Sign in first, or check the identity of this machine.',
  entraRefused: (status: number) =>
    `Azure SignalR Service refused the Entra token (${status}). The identity needs the role SignalR App Server.`,
  questionLost:
    'The server connection that the question went out on was lost, so no answer can come.',
  answeredByOther: 'The client answered a question that another client was asked.',
  resultsNeedOneEndpoint:
    'A client can be asked for a result only through one endpoint of Azure SignalR Service: choose it with the router.',
  endpointsOffline: (count: number) =>
    `${count} endpoints of Azure SignalR Service have no server connection; the SDK goes on connecting.`,
  // REST API
  restRefused: (endpoint: string, status: number) =>
    status === 401
      ? `Azure SignalR Service ${endpoint} refused a request (401): check the AccessKey, or the clock of this machine.`
      : status === 404
        ? 'Azure SignalR Service knows no such connection (404).'
        : status === 413
          ? `Azure SignalR Service ${endpoint} refused a message over 1 MB (413).`
          : `Azure SignalR Service ${endpoint} answered with status ${status}.`,
  restUnreachable: (endpoint: string) => `Azure SignalR Service ${endpoint} cannot be reached.`,
  wrongHubName:
    'The name of a hub starts with a letter and has letters, digits and underscores, 128 characters at most.',
  pointsAsName: (name: string) =>
    `A user, group or connection that is called '${name}' cannot be reached by REST, where it is a step in the path.`,
  wrongGroupName: 'The name of a group has 1 to 1,024 characters, not only white space.',
  // In the log
  refused: (endpoint: string, status: number) =>
    status === 401
      ? `Azure SignalR Service ${endpoint} refused a server connection (401): check the AccessKey of the connection string.`
      : status === 404
        ? `${endpoint} has no server endpoint (404): use an Azure SignalR Service in default mode, or an emulator that has it.`
        : `Azure SignalR Service ${endpoint} refused a server connection with status ${status}.`,
  clockDiffers: (minutes: number) =>
    `The clock of this machine differs from the service's by ${minutes} minutes, so tokens are not valid: set the clock.`,
  handshakeTimeout: 'Azure SignalR Service did not answer the handshake in time.',
  handshakeUnexpected:
    'Azure SignalR Service did not answer the handshake, but sent something else.',
  handshakeRefused: (text: string) => `Azure SignalR Service refused the handshake: ${text}`,
  cannotConnect: (endpoint: string, ms: number) =>
    `A server connection to ${endpoint} could not be opened; next try in ${Math.round(ms / 1000)} s.`,
  noMore: (endpoint: string) =>
    `${endpoint} asked for one more server connection, which could not be opened.`,
  notLasting:
    'Server connections are accepted and ended at once: look at the service, its quota and its mode.',
  noAccessKey: (text: string) =>
    `Azure SignalR Service gave no key for the tokens of clients. ${text}`.trim(),
  lost: (endpoint: string, clients: number, isStopping: boolean) =>
    `A server connection to ${endpoint} was lost, and ${clients} clients with it; it is ` +
    (isStopping ? 'not opened again, since the app stops.' : 'opened again.'),
  silent: (endpoint: string) =>
    `${endpoint} has been silent for too long; the server connection is opened again.`,
  badData: (endpoint: string) =>
    `${endpoint} sent what cannot be read; the server connection is opened again.`,
  overflow: (endpoint: string) =>
    `${endpoint} does not take what is sent to it; the server connection is opened again.`,
  serviceError: (endpoint: string, text: string) => `${endpoint} reports: ${text}`,
  unknownPath: (path: string) =>
    `A client asked for '${path}', where no hub of this server is; it was closed.`,
  clientTooFast: (id: string) =>
    `Connection ${id} sends more than its calls can take and was closed.`,
  clientTooSlow: (id: string) =>
    `Connection ${id} does not take what is sent to it and was closed.`,
  messageFailed: 'A message of Azure SignalR Service could not be handled.',
} as const;
