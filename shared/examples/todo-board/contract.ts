export interface Todo {
  readonly id: number;
  readonly title: string;
  readonly isDone: boolean;
}

/** The methods that clients can call. */
export interface BoardServer {
  addTodo(title: string): Promise<void>;
  toggleTodo(id: number): Promise<void>;
}

/** The methods that the server can call. */
export interface BoardClient {
  showTodos(todos: readonly Todo[]): void;
  showPeople(names: readonly string[]): void;
}
