/**
 * The messages that this package sends to other servers. They are those of ASP.NET Core, byte for
 * byte.
 */
export const wireMessages = {
  connectionDisconnected: 'Connection disconnected.',
} as const;
