/** The hub methods that a client can call. */
export interface MessageServer {
  sendMessageToAll(message: string): Promise<void>;
}

/** The client methods that the server can call. */
export interface MessageClient {
  receiveMessage(message: string): void;
}
