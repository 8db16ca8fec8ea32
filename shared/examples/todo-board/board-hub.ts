import { Hub, HubError } from '@practical-signalr/server';
import type { BoardClient, BoardServer, Todo } from './contract.ts';

const MAXIMUM_TODOS = 100;

/** What all users share. An app keeps it in a database. */
export interface Board {
  readonly todos: Todo[];
  /** The name of the user of each connection. A user with two tabs has two. */
  readonly people: Map<string, string>;
}

/** Shows one board to all users, and who of them is online. */
export class BoardHub extends Hub<BoardClient> implements BoardServer {
  readonly #board: Board;

  constructor(board: Board) {
    super();
    this.#board = board;
  }

  override async onConnected(): Promise<void> {
    const { connectionId, userIdentifier = '' } = this.context;
    this.#board.people.set(connectionId, userIdentifier);
    await this.clients.caller.send('showTodos', this.#board.todos);
    await this.#showPeople();
  }

  override async onDisconnected(): Promise<void> {
    this.#board.people.delete(this.context.connectionId);
    await this.#showPeople();
  }

  async addTodo(title: string): Promise<void> {
    const { todos } = this.#board;
    if (todos.length >= MAXIMUM_TODOS) throw new HubError('The board is full.');
    todos.push({ id: todos.length, title, isDone: false });
    await this.clients.all.send('showTodos', todos);
  }

  async toggleTodo(id: number): Promise<void> {
    const { todos } = this.#board;
    const todo = todos[id];
    if (todo === undefined) throw new HubError('The board has no such todo.');
    todos[id] = { ...todo, isDone: !todo.isDone };
    await this.clients.all.send('showTodos', todos);
  }

  async #showPeople(): Promise<void> {
    const names = new Set(this.#board.people.values());
    await this.clients.all.send('showPeople', [...names].toSorted());
  }
}
