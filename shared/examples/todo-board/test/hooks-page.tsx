import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { RoomClient, RoomServer } from './react-hooks.test.ts';

const buildConnection = (room: string) =>
  new HubConnectionBuilder()
    .withUrl(`/room?room=${room}`)
    .withAutomaticReconnect([0, 0])
    .configureLogging(LogLevel.None)
    .build();

function Room({ room }: { readonly room: string }) {
  const [sum, setSum] = useState(0);
  const { connection, connectionId, state } = useHubConnection<RoomServer, RoomClient>(
    () => buildConnection(room),
    // A new delay does not build a new connection.
    { dependencies: [room], retryDelay: 5000 + sum },
  );
  // Both handlers read the state of the last render.
  useHubEvent(connection, 'add', (amount) => setSum(sum + amount));
  useHubEvent(connection, 'getSum', () => sum);
  useEffect(() => {
    if (connectionId !== null) void connection.invoke('join', room);
  }, [connection, connectionId, room]);
  return <p role="status">{`${state} in ${room}, sum ${sum}`}</p>;
}

function Page() {
  const [room, setRoom] = useState<string | undefined>('red');
  return (
    <>
      {room === undefined ? <p role="status">Unmounted</p> : <Room room={room} />}
      <button onClick={() => setRoom('blue')}>Blue</button>
      <button onClick={() => setRoom(undefined)}>Unmount</button>
    </>
  );
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
