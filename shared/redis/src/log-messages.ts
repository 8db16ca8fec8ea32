/** Every message that this package writes to the log. */
export const logMessages = {
  connected: (hub: string) => `${hub} reaches other servers over Redis.`,
  disconnected: (hub: string, cause: string, consequence: string) =>
    `${hub} does not reach other servers: ${cause} ${consequence}`,
  servesLocalClients:
    'Clients of this server are still served. What is sent until Redis is back does not reach clients of other servers.',
  rejectsSends: 'Sends are rejected until Redis is back.',
  reconnected: (hub: string, ms: number, lost: number) =>
    `${hub} reaches other servers over Redis again, after ${ms} ms; ${lost} sends did not reach other servers.`,
  publishRefused: (hub: string, cause: string) => `${hub} cannot send to other servers: ${cause}`,
  presenceFailed: (hub: string, cause: string) =>
    `Presence of ${hub} does not work: ${cause} Messages are not affected. Lists of connections may be wrong until presence works again.`,
  presenceRestored: (hub: string) => `Presence of ${hub} works again.`,
  historyFailed: (hub: string, cause: string) =>
    `The history of ${hub} is incomplete: ${cause} Messages are still sent. Clients that recover are notified that they may have missed some.`,
  presenceListenerFailed: (hub: string) => `A listener of the presence of ${hub} failed.`,
  foreignMessage: (channel: string) =>
    `A message on channel '${channel}' did not come from a SignalR server and was ignored. Further such messages are counted in health() and not logged.`,
  handlingFailed: (channel: string) => `A message on channel '${channel}' could not be handled.`,
  sendNotAwaited: (hub: string, method: string) =>
    `The hub context of ${hub} could not send '${method}', and the application did not await it. Await it to handle the error.`,
  serverMessageFailed: (name: string) => `A listener of the server message '${name}' failed.`,
  serverCommandFailed: (operation: string) =>
    `Another process requested '${operation}', and this server could not do it.`,
  groupCommandFailed: (group: string) =>
    `Another server requested a change to group '${group}', and the change failed.`,
  unknownProtocol: (protocol: string) =>
    `A client result arrived in the protocol '${protocol}', which this server does not support. Configure the same protocols on all servers.`,
} as const;
