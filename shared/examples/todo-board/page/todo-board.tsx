import { HubConnectionBuilder } from '@microsoft/signalr';
import { withAuthenticationRefresh } from '@practical-signalr/server/client';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { type FormEvent, useState } from 'react';
import type { BoardClient, BoardServer, Todo } from '../contract.ts';

async function fetchToken(name: string): Promise<string> {
  const response = await fetch(`/token?${new URLSearchParams({ name })}`);
  if (!response.ok) throw new Error(`The server gave no token: status ${response.status}.`);
  return response.text();
}

function buildConnection(name: string) {
  const builder = new HubConnectionBuilder()
    .withUrl('/board', { accessTokenFactory: () => fetchToken(name) })
    .withAutomaticReconnect();
  return withAuthenticationRefresh(builder).build();
}

/** The board of all users. */
export function TodoBoard({ name }: { readonly name: string }) {
  const [todos, setTodos] = useState<readonly Todo[]>([]);
  const [people, setPeople] = useState<readonly string[]>([]);
  const { connection, state } = useHubConnection<BoardServer, BoardClient>(
    () => buildConnection(name),
    { dependencies: [name] },
  );
  useHubEvent(connection, 'showTodos', setTodos);
  useHubEvent(connection, 'showPeople', setPeople);

  const addTodo = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    await connection.invoke('addTodo', new FormData(form).get('title') as string);
    form.reset();
  };

  return (
    <main>
      <h1>Todo board of {name}</h1>
      <p role="status">
        {state}. Online: {people.join(', ')}
      </p>
      <form onSubmit={(event) => void addTodo(event)}>
        <input name="title" aria-label="New todo" required maxLength={100} />
        <button disabled={state !== 'Connected'}>Add</button>
      </form>
      <ul>
        {todos.map(({ id, title, isDone }) => (
          <li key={id} className={isDone ? 'done' : ''}>
            <label>
              <input
                type="checkbox"
                checked={isDone}
                onChange={() => void connection.invoke('toggleTodo', id)}
              />
              {title}
            </label>
          </li>
        ))}
      </ul>
    </main>
  );
}
