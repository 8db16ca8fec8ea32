import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { withAuthenticationRefresh } from '@practical-signalr/server/client';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { BoardClient, BoardServer, Todo } from './contract.ts';

const name = new URLSearchParams(location.search).get('name') ?? 'ada';
const fetchToken = (): Promise<string> =>
  fetch(`/token/${encodeURIComponent(name)}`).then((response) => response.text());

function buildConnection() {
  const builder = new HubConnectionBuilder().withUrl('/board', { accessTokenFactory: fetchToken });
  // At level Information, the console shows the token.
  builder.withAutomaticReconnect().configureLogging(LogLevel.Warning);
  return withAuthenticationRefresh(builder).build();
}

function TodoBoard() {
  const [todos, setTodos] = useState<readonly Todo[]>([]);
  const [people, setPeople] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState('');
  const { connection, state } = useHubConnection<BoardServer, BoardClient>(buildConnection);
  useHubEvent(connection, 'showTodos', setTodos);
  useHubEvent(connection, 'showPeople', setPeople);
  /** Shows the error of a call, for example that the board is full. */
  const showProblem = (call: Promise<void>): Promise<void> =>
    call.then(
      () => setProblem(''),
      (error: Error) => setProblem(error.message.replace(/^.*HubException: /, '')),
    );
  const add = (form: FormData) =>
    showProblem(connection.invoke('addTodo', form.get('title') as string));
  const finish = (id: string) => void showProblem(connection.invoke('finishTodo', id));
  return (
    <>
      <h1>Todo board of {name}</h1>
      <p role="status">{`${state}. Online: ${people.join(', ')}`}</p>
      <form action={add}>
        <input name="title" aria-label="New todo" required maxLength={100} />
        <button disabled={state !== 'Connected'}>Add</button>
      </form>
      <p role="alert">{problem}</p>
      {todos.map(({ id, title }) => (
        <p key={id}>
          {title} <button onClick={() => finish(id)}>Done</button>
        </p>
      ))}
    </>
  );
}

const root = createRoot(document.querySelector('#root')!);
root.render(<StrictMode children={<TodoBoard />} />);
