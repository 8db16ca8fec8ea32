/** What the server can be asked. */
export interface MessageServer {
  sendMessageToAll(message: string): Promise<void>;
  sendMessageToCaller(message: string): Promise<void>;
  sendMessageToUser(connectionId: string, message: string): Promise<void>;
  joinGroup(group: string): Promise<void>;
  sendMessageToGroup(group: string, message: string): Promise<void>;
  whoAmI(): string | undefined;
  whereAmI(): string;
}

/** What a client can be told. */
export interface MessageClient {
  receiveMessage(message: string, sentBy: string): void;
  userConnected(connectionId: string): void;
  userDisconnected(connectionId: string): void;
}
