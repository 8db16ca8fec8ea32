import { Hub, type SignalRServerOptions } from '@practical-signalr/server';

/** The tests end Redis and workers on purpose. */
const ignore = (): void => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A hub whose calls reach clients of all workers and machines. */
export class WorkerHub extends Hub {
  pid(): number {
    return process.pid;
  }

  id(): string {
    return this.context.connectionId;
  }

  async add(connectionId: string, group: string): Promise<void> {
    await this.groups.add(connectionId, group);
  }

  async send(kind: 'all' | 'group' | 'user', name: string, text: string): Promise<void> {
    const { clients } = this;
    const targets = { all: clients.all, group: clients.group(name), user: clients.user(name) };
    await targets[kind].send('received', text);
  }

  ask(connectionId: string, question: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('answer', question);
  }
}

export const workerHubMethods = { methods: ['pid', 'id', 'add', 'send', 'ask'] } as const;

/** The user id of a client is the query parameter `user`. */
export const workerHubOptions: SignalRServerOptions = {
  logger,
  userIdProvider: { getUserId: ({ request }) => request.query.get('user') },
};
