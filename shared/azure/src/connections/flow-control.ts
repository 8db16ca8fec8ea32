/** The objects and operations of flow control messages. Source: `ConnectionFlowControlMessage`. */
export const FlowControl = {
  Client: 1,
  ServerConnection: 2,
  Pause: 1,
  PauseAck: 2,
  Resume: 3,
  Offline: 4,
} as const;
