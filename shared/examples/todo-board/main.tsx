import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { withAuthenticationRefresh } from '@practical-signalr/server/client';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { BoardClient, BoardServer, Todo } from './contract.ts';

const name = new URLSearchParams(location.search).get('name') ?? 'ada';
const fetchToken = () => fetch(`/token/${encodeURIComponent(name)}`).then((reply) => reply.text());

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
  const showError = (error: Error) => setProblem(error.message.replace(/^.*HubException: /, ''));
  const run = (call: Promise<void>) => call.then(() => setProblem(''), showError);
  const add = (form: FormData) => run(connection.invoke('addTodo', form.get('title') as string));
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
          {title}{' '}
          <button onClick={() => void run(connection.invoke('finishTodo', id))}>Done</button>
        </p>
      ))}
    </>
  );
}

createRoot(document.querySelector('#root')!).render(<StrictMode children={<TodoBoard />} />);
