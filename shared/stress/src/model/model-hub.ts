import { Hub, stream, type UntypedClient } from '@practical-signalr/server';

/** The hub of the model-based test. Its sends contain one text, which is unique in a run. */
export class ModelHub extends Hub<UntypedClient> {
  readonly #server: string;

  constructor(server: string) {
    super();
    this.#server = server;
  }

  /** Returns the name of the server that runs the call. */
  server(): string {
    return this.#server;
  }

  echo(text: string): string {
    return text;
  }

  async join(connectionId: string, group: string): Promise<void> {
    await this.groups.add(connectionId, group);
  }

  async leave(connectionId: string, group: string): Promise<void> {
    await this.groups.remove(connectionId, group);
  }

  async sendAll(text: string): Promise<void> {
    await this.clients.all.send('m', text);
  }

  async sendOthers(text: string): Promise<void> {
    await this.clients.others.send('m', text);
  }

  async sendCaller(text: string): Promise<void> {
    await this.clients.caller.send('m', text);
  }

  async sendGroup(text: string, group: string): Promise<void> {
    await this.clients.group(group).send('m', text);
  }

  async sendOthersInGroup(text: string, group: string): Promise<void> {
    await this.clients.othersInGroup(group).send('m', text);
  }

  async sendUser(text: string, user: string): Promise<void> {
    await this.clients.user(user).send('m', text);
  }

  async sendClient(text: string, connectionId: string): Promise<void> {
    await this.clients.client(connectionId).send('m', text);
  }

  ask(connectionId: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('answer');
  }

  async *count(to: number): AsyncGenerator<number> {
    for (let n = 0; n < to; n++) {
      await new Promise(setImmediate);
      yield n;
    }
  }

  async upload(items: AsyncIterable<number>): Promise<number[]> {
    const received: number[] = [];
    for await (const item of items) received.push(item);
    return received;
  }
}

/** The methods that clients can call. */
export const modelMethods = {
  server: {},
  echo: {},
  join: {},
  leave: {},
  sendAll: {},
  sendOthers: {},
  sendCaller: {},
  sendGroup: {},
  sendOthersInGroup: {},
  sendUser: {},
  sendClient: {},
  ask: {},
  count: {},
  upload: { arguments: [stream] },
};
