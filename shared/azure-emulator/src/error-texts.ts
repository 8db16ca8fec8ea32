/** Every text that a user of the emulator can see, in one place. */
export const errorTexts = {
  unauthorized: 'The token is missing, expired, signed with another key or made for another audience.',
  noServer:
    'No server is connected to the service for this hub: start the app server, or look at its log for why it cannot connect.',
  handshakeVersion: (version: number) => `The service protocol version ${version} is not supported.`,
  handshakeExpected: 'A server connection must start with a handshake.',
  hubMissing: 'The query must name a hub.',
  quotaReached: (quota: number) => `The quota of ${quota} messages is used up.`,
  tooManyConnections: (most: number) => `The service has all ${most} connections that its units allow.`,
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  portInUse: (port: number) =>
    `Port ${port} is taken, perhaps by another emulator. End that, or choose another port with --port.`,
  notANumber: (name: string) => `--${name} must be a number of at least 0.`,
} as const;
