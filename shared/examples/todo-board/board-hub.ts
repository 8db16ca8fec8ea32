import { randomUUID } from 'node:crypto';
import { Hub, HubError } from '@practical-signalr/server';
import type { BoardClient, BoardServer, Todo } from './contract.ts';

/** The todos of all users. An app keeps them in a database. */
let todos: readonly Todo[] = [];

export class BoardHub extends Hub<BoardClient> implements BoardServer {
  override async onConnected(): Promise<void> {
    await this.clients.caller.send('showTodos', todos);
  }

  async addTodo(title: string): Promise<void> {
    if (todos.length >= 100) throw new HubError('The board is full.');
    todos = [...todos, { id: randomUUID(), title }];
    await this.clients.all.send('showTodos', todos);
  }

  async finishTodo(id: string): Promise<void> {
    todos = todos.filter((todo) => todo.id !== id);
    await this.clients.all.send('showTodos', todos);
  }
}
