/** What the server can be asked. */
export interface EchoServer {
  echo(text: string): Promise<string>;
}

/** What a client can be told. */
export interface EchoClient {
  tick(n: number): void;
}
