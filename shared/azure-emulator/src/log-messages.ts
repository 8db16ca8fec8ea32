/** Lines of the log. None of them contains a key or a token. */
export const logMessages = {
  serverConnected: (id: string, hub: string) => `Server ${id} is connected to hub ${hub}.`,
  serverDisconnected: (id: string, hub: string) => `Server ${id} disconnected from hub ${hub}.`,
  serverMessageFailed: (id: string, reason: string) =>
    `Server ${id} sent a message that cannot be handled, and was disconnected: ${reason}`,
  serverDropped: (id: string, hub: string) =>
    `The emulator drops a connection of server ${id} to hub ${hub} on purpose.`,
  clientConnected: (id: string, hub: string, transport: string, protocol: string) =>
    `Client ${id} is connected to hub ${hub} over ${transport}, ${protocol}.`,
  clientDisconnected: (id: string, hub: string) => `Client ${id} disconnected from hub ${hub}.`,
  clientTooSlow: (id: string) => `Client ${id} does not read what is sent to it and was closed.`,
  clientWithoutServer: (id: string, hub: string) =>
    `Client ${id} was refused: no server is connected to hub ${hub}.`,
  upstreamCalled: (hub: string, category: string, event: string, outcome: string) =>
    `Upstream ${category} ${event} of hub ${hub}: ${outcome}.`,
  refused: (subject: string, status: number, reason: string) =>
    `${subject} was refused with ${status}: ${reason}`,
} as const;
