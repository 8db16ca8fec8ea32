/** The hub methods that a client can call. */
export interface EchoServer {
  echo(text: string): Promise<string>;
}

/** The client methods that the server can call. */
export interface EchoClient {
  tick(count: number): void;
}
