export interface Todo {
  readonly id: string;
  readonly title: string;
}

/** The methods that clients can call. */
export interface BoardServer {
  addTodo(title: string): Promise<void>;
  finishTodo(id: string): Promise<void>;
}

/** The methods that the server can call. */
export interface BoardClient {
  showTodos(todos: readonly Todo[]): void;
  showPeople(names: readonly string[]): void;
}
