/** Texts for the log and for health reports. */
export const logMessages = {
  refused: (endpoint: string, status: number): string => {
    if (status === 401) {
      return `Azure SignalR Service ${endpoint} refused a server connection (401). Check the AccessKey of the connection string.`;
    }
    if (status === 404) {
      return `${endpoint} has no server endpoint (404). Use an Azure SignalR Service in default mode, or an emulator that supports it.`;
    }
    return `Azure SignalR Service ${endpoint} refused a server connection with status ${status}. Check its status and quota. The SDK tries again.`;
  },
  clockDiffers: (minutes: number) =>
    `The clock of this machine differs from the service's clock by ${minutes} minutes, so tokens are not valid. Set the clock.`,
  handshakeTimeout:
    'Azure SignalR Service did not answer the handshake in time. Check its status and the network.',
  handshakeUnexpected:
    'Azure SignalR Service did not answer the handshake, but sent another message. Check that the Endpoint of the connection string is an Azure SignalR Service.',
  handshakeRefused: (message: string) => `Azure SignalR Service refused the handshake: ${message}`,
  closedByApp: 'The app closed the server connection.',
  cannotConnect: (endpoint: string, ms: number) =>
    `Opening a server connection to ${endpoint} failed. The SDK tries again in ${Math.round(ms / 1000)} s.`,
  retryDelayFailed:
    "The option 'retryDelay' threw an error, so the SDK uses the default delay. Correct the function.",
  retryDelayInvalid: (value: string, maximum: number) =>
    `The option 'retryDelay' returned '${value}', so the SDK uses the default delay. Return a time in ms from 0 to ${maximum}.`,
  onDemandFailed: (endpoint: string) =>
    `${endpoint} asked for one more server connection, but opening it failed. The other connections carry its clients.`,
  shortLived:
    'The service accepts server connections and closes them immediately. Check the service, its quota and its mode.',
  noAccessKey: (reason: string) =>
    `Azure SignalR Service returned no key for the tokens of clients. ${reason}`.trim(),
  connectionLost: (endpoint: string, clients: number, isStopping: boolean) => {
    const next = isStopping ? 'It is not reopened because the app stops.' : 'The SDK reopens it.';
    return `A server connection to ${endpoint} was lost, and ${clients} clients with it. ${next}`;
  },
  silent: (endpoint: string) =>
    `${endpoint} sent nothing for too long. The SDK reopens the server connection.`,
  malformedData: (endpoint: string) =>
    `${endpoint} sent data that cannot be read. The SDK reopens the server connection.`,
  overflow: (endpoint: string) =>
    `${endpoint} does not read what is sent to it. The SDK reopens the server connection.`,
  serviceError: (endpoint: string, message: string) => `${endpoint} reports: ${message}`,
  unknownPath: (path: string) =>
    `A client connected for '${path}', but no hub of this server is mapped there, or the server is closing. The client was closed. Map the same hubs on all servers.`,
  clientTooFast: (id: string) =>
    `Connection ${id} sends faster than its calls are handled and was closed. Make the hub methods faster, or send less from the client.`,
  clientTooSlow: (id: string) =>
    `Connection ${id} does not read what is sent to it and was closed. Send less to slow clients.`,
  messageFailed: 'Handling a message of Azure SignalR Service failed.',
  endpointsOffline: (count: number) =>
    `${count} endpoints of Azure SignalR Service have no server connection. The SDK tries to reconnect.`,
} as const;
