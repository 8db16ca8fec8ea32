/** What flow control is about, and what is to be done; the numbers are the wire's. Source: `ConnectionFlowControlMessage`. */
export const FlowControl = {
  Client: 1,
  ServerConnection: 2,
  Pause: 1,
  PauseAck: 2,
  Resume: 3,
  Offline: 4,
} as const;
