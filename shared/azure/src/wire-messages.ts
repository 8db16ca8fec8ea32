/**
 * Texts that a client receives when it negotiates. The first one is that of the official SDK, which
 * some clients compare.
 */
export const wireMessages = {
  notConnected: 'Azure SignalR Service is not connected yet, please try again later.',
  noEndpointChosen:
    'The router of the app has chosen no endpoint of Azure SignalR Service for this client.',
  tokenTooLong: (length: number, limit: number) =>
    `The token for Azure SignalR Service has ${length} characters; ${limit} are allowed. Pass fewer claims with the option claimsProvider.`,
} as const;
