import {
  type CodedError,
  createError,
  HubError,
  NegotiateError,
} from '@practical-signalr/server/scale-out';
import { AzureSignalRError } from './management/azure-signalr-error.ts';
import { ServiceProtocolError } from './service-protocol/service-protocol-error.ts';
import { wireMessages } from './wire-messages.ts';

const malformed = (message: string): CodedError =>
  createError('ERR_SIGNALR_AZURE_MALFORMED_MESSAGE', `${message} Report it if it happens again.`, {
    type: ServiceProtocolError,
  });

/** No message shows a value of the connection string, because any of them may be the key. */
const connectionString = (message: string): CodedError =>
  createError('ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING', message, { type: TypeError });

const endpoint = (message: string): CodedError =>
  createError('ERR_SIGNALR_AZURE_INVALID_ENDPOINT', message, { type: TypeError });

const option = (message: string, type: new (message: string) => Error = RangeError): CodedError =>
  createError('ERR_SIGNALR_AZURE_INVALID_OPTION', message, { type });

const name = (message: string): CodedError =>
  createError('ERR_SIGNALR_AZURE_INVALID_NAME', message, { type: TypeError });

/** The errors of this package. The page `errors.md` of the documentation explains their codes. */
export const errors = {
  messageTooShort: () => malformed('A message of the service ends before its last item.'),
  wrongType: (expected: string, byte: number) =>
    malformed(
      `An item of a message of the service has the wrong type. Expected: ${expected}; received: 0x${byte.toString(16)}.`,
    ),
  emptyMessage: () => malformed('A message of the service has no type.'),
  frameTooLarge: (size: number, limit: number) =>
    malformed(`A message of the service has ${size} bytes. The limit is ${limit} bytes.`),
  malformedLength: () => malformed('The length of a message of the service has more than 5 bytes.'),

  missingEndpoint: () =>
    connectionString(
      'The connection string has no Endpoint. Copy the complete string from the keys of the Azure SignalR resource.',
    ),
  missingAccessKey: () =>
    connectionString(
      'The connection string has no AccessKey. Copy the complete string, and put it in quotes in a shell. Or add an AuthType to sign in without a key.',
    ),
  unknownAuthType: () =>
    connectionString(
      'The AuthType of the connection string is unknown, and there is no AccessKey. Use azure, azure.msi or azure.app.',
    ),
  wrongVersion: () =>
    connectionString(
      'The Version of the connection string is not supported. Only version 1.x is supported.',
    ),
  wrongPort: () =>
    connectionString('The Port of the connection string must be a number from 1 to 65535.'),
  repeatedKey: (key = 'a key') =>
    connectionString(`The connection string contains ${key} twice. Remove one of them.`),
  notAnHttpUrl: (key: string) =>
    connectionString(
      `The ${key} of the connection string is not an http or https URL. Check the value and the semicolon after it.`,
    ),
  applicationNeeds: (key: string) =>
    connectionString(
      `The connection string signs in as an application, but has no ${key}. Add it.`,
    ),

  noConnectionString: () =>
    createError(
      'ERR_SIGNALR_AZURE_NO_CONNECTION_STRING',
      'There is no connection string for Azure SignalR Service. Pass connectionString, or set the environment variable Azure__SignalR__ConnectionString.',
      { type: TypeError },
    ),
  noPrimaryEndpoint: () =>
    endpoint(
      'All endpoints are secondary. Make at least one of them primary, because secondary endpoints are a fallback.',
    ),
  wrongEndpointType: () => endpoint("The type of an endpoint must be 'primary' or 'secondary'."),
  notAnHttpEndpoint: (key: string) =>
    endpoint(`The option '${key}' of an endpoint must be an http or https URL.`),
  notAnEndpoint: () =>
    endpoint(
      'An endpoint must be a connection string, { connectionString } or { endpoint, credential }, and the connection string must not be undefined. Is the environment variable set?',
    ),

  endpointNameInUse: (endpointName: string) =>
    endpoint(
      `There is already an endpoint with the name '${endpointName}'. Set another 'name', or remove that endpoint first.`,
    ),
  lastPrimaryEndpoint: () =>
    endpoint('The last primary endpoint cannot be removed. Add another primary endpoint first.'),
  unknownEndpoint: (endpointName: string) =>
    createError(
      'ERR_SIGNALR_AZURE_UNKNOWN_ENDPOINT',
      `There is no endpoint with the name '${endpointName}'. Use one of the names that 'endpointNames' lists.`,
      { type: RangeError },
    ),

  unknownOption: (key: string) =>
    createError(
      'ERR_SIGNALR_AZURE_UNKNOWN_OPTION',
      `Unknown option '${key}' for azureSignalR. Check the spelling.`,
      { type: TypeError },
    ),
  notAShutdown: () =>
    option(
      "The option 'gracefulShutdown' must be { mode, timeout }. Both members are optional.",
      TypeError,
    ),
  notACount: (key: string, max: number) =>
    option(`The option '${key}' must be a whole number from 1 to ${max}.`),
  notATime: (key: string, max: number) =>
    option(`The option '${key}' must be a time in ms, greater than 0 and at most ${max}.`),
  notAChoice: (key: string, choices: readonly string[]) =>
    option(`The option '${key}' must be one of ${choices.join(', ')}.`),

  identityNotInstalled: (cause: unknown) =>
    createError(
      'ERR_SIGNALR_AZURE_IDENTITY_NOT_INSTALLED',
      "The connection string signs in with Microsoft Entra ID, but the package '@azure/identity' is not installed. Run 'npm install @azure/identity'.",
      { cause },
    ),
  noEntraToken: () =>
    createError(
      'ERR_SIGNALR_AZURE_NO_ENTRA_TOKEN',
      'The credential returned no token for Azure SignalR Service. Sign in first, or check the identity of this machine.',
    ),
  entraTimeout: (timeout: number) =>
    createError(
      'ERR_SIGNALR_AZURE_ENTRA_TIMEOUT',
      `The credential has not returned a token for Azure SignalR Service for ${timeout} ms. Check the network and the identity of this machine.`,
    ),
  entraRefused: (status: number) =>
    createError(
      'ERR_SIGNALR_AZURE_ENTRA_REFUSED',
      `Azure SignalR Service refused the Entra token (${status}). Give the identity the role SignalR App Server.`,
    ),

  // A client that negotiates receives these messages and their status.
  negotiateNotConnected: () =>
    Object.assign(new NegotiateError(wireMessages.notConnected), {
      code: 'ERR_SIGNALR_AZURE_NOT_CONNECTED',
    } as const),
  noEndpointChosen: () =>
    Object.assign(new NegotiateError(wireMessages.noEndpointChosen), {
      code: 'ERR_SIGNALR_AZURE_NO_ENDPOINT_CHOSEN',
    } as const),
  tokenTooLong: (length: number, limit: number) =>
    Object.assign(new NegotiateError(wireMessages.tokenTooLong(length, limit), 413), {
      code: 'ERR_SIGNALR_AZURE_TOKEN_TOO_LONG',
    } as const),
  /**
   * Clients receive an empty body, as with the official SDK. The app finds the reason in `cause`.
   */
  noClientKey: (cause: unknown) =>
    Object.assign(new NegotiateError(''), {
      code: 'ERR_SIGNALR_AZURE_NO_CLIENT_KEY',
      cause,
    } as const),

  notConnected: () =>
    createError(
      'ERR_SIGNALR_AZURE_NOT_CONNECTED',
      'There is no connection to Azure SignalR Service at the moment, so the message was not sent. The SDK tries to reconnect; send it again later.',
    ),
  ackTimeout: () =>
    createError(
      'ERR_SIGNALR_AZURE_ACK_TIMEOUT',
      'Azure SignalR Service did not answer in time. Check its status, and try again.',
    ),
  ackLost: () =>
    createError(
      'ERR_SIGNALR_AZURE_CONNECTION_LOST',
      'The server connection was lost before Azure SignalR Service answered. The operation may have been executed; try again.',
    ),
  ackRefused: (reason: string) =>
    createError(
      'ERR_SIGNALR_AZURE_OPERATION_REFUSED',
      `Azure SignalR Service refused the operation: ${reason}`,
    ),
  invocationLost: () =>
    createError(
      'ERR_SIGNALR_AZURE_CONNECTION_LOST',
      'The server connection that carried the invocation was lost, so its result cannot arrive. Invoke the client again.',
      { type: HubError },
    ),
  wrongClient: () =>
    createError(
      'ERR_SIGNALR_AZURE_WRONG_CLIENT',
      'A client sent the result of an invocation of another client. The result was ignored. Use an official client.',
    ),
  /**
   * The error of a connection to the service that cannot be opened. It is only logged, and another
   * attempt follows. `reason` is a text of `log-messages.ts`.
   */
  serverConnectionFailed: (reason: string) =>
    createError('ERR_SIGNALR_AZURE_SERVER_CONNECTION_FAILED', reason),

  restRefused: (endpointName: string, status: number, serviceCode: string | undefined) =>
    new AzureSignalRError(describeRestRefusal(endpointName, status), status, serviceCode),
  restUnreachable: (endpointName: string, cause: unknown) =>
    createError(
      'ERR_SIGNALR_AZURE_REST_UNREACHABLE',
      `Azure SignalR Service ${endpointName} cannot be reached. Check the Endpoint of the connection string and the network.`,
      { cause },
    ),
  wrongHubName: () =>
    name(
      'The name of a hub starts with a letter, contains letters, digits and underscores, and has at most 128 characters. Use such a name.',
    ),
  dotsAsName: (value: string) =>
    name(
      `The REST API cannot reach a user, group or connection with the name '${value}', because it is a path segment of its own. Use another name.`,
    ),
  wrongGroupName: () =>
    name(
      'The name of a group has 1 to 1,024 characters, and not only white space. Use such a name.',
    ),
} as const;

function describeRestRefusal(endpointName: string, status: number): string {
  switch (status) {
    case 401:
      return `Azure SignalR Service ${endpointName} refused a request (401). Check the AccessKey and the clock of this machine.`;
    case 404:
      return 'Azure SignalR Service does not know the connection (404). Handle it as a client that has disconnected.';
    case 413:
      return `Azure SignalR Service ${endpointName} refused a message over 1 MB (413). Send smaller messages.`;
    default:
      return `Azure SignalR Service ${endpointName} answered with status ${status}. Check its status and quota, and try again.`;
  }
}
