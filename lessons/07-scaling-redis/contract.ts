/** The hub methods that a client can call. */
export interface MessageServer {
  sendMessageToAll(message: string): Promise<void>;
  sendMessageToCaller(message: string): Promise<void>;
  sendMessageToUser(connectionId: string, message: string): Promise<void>;
  joinGroup(group: string): Promise<void>;
  sendMessageToGroup(group: string, message: string): Promise<void>;
  whoAmI(): string | undefined;
}

/** The client methods that the server can call. */
export interface MessageClient {
  receiveMessage(message: string): void;
  userConnected(connectionId: string): void;
  userDisconnected(connectionId: string): void;
}
