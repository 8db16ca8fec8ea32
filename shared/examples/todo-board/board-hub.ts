import { Hub, HubError } from '@practical-signalr/server';
import type { BoardClient, BoardServer, Todo } from './contract.ts';

const MAXIMUM_TODOS = 100;

/** Shows the same todos to all users. */
export class BoardHub extends Hub<BoardClient> implements BoardServer {
  readonly #todos: Todo[];

  constructor(todos: Todo[]) {
    super();
    this.#todos = todos;
  }

  override async onConnected(): Promise<void> {
    await this.clients.caller.send('showTodos', this.#todos);
  }

  async addTodo(title: string): Promise<void> {
    if (this.#todos.length >= MAXIMUM_TODOS) throw new HubError('The board is full.');
    this.#todos.push({ id: this.#todos.length, title, isDone: false });
    await this.clients.all.send('showTodos', this.#todos);
  }

  async toggleTodo(id: number): Promise<void> {
    const todo = this.#todos[id];
    if (todo === undefined) throw new HubError('The board has no such todo.');
    this.#todos[id] = { ...todo, isDone: !todo.isDone };
    await this.clients.all.send('showTodos', this.#todos);
  }
}
