/** What the server can be asked. */
export interface MessageServer {
  sendMessageToAll(message: string): Promise<void>;
}

/** What a client can be told. */
export interface MessageClient {
  receiveMessage(message: string): void;
}
