/**
 * The errors that this package sends to other servers. Those that ASP.NET Core defines must not
 * change.
 */
export const wireMessages = {
  connectionDisconnected: 'Connection disconnected.',
  tooManyInvocations: (maximum: number) =>
    `The connection has ${maximum} newer pending invocations. Wait for results before you invoke it again.`,
} as const;
