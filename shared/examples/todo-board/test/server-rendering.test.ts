import { HubConnectionBuilder } from '@microsoft/signalr';
import { useHubConnection, useHubEvent } from '@practical-signalr/server/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { RoomClient, RoomServer } from './react-hooks.test.ts';

/** A component whose page has a hub under this URL. */
function Room({ url }: { readonly url: string }) {
  const { connection, connectionId, error, state } = useHubConnection<RoomServer, RoomClient>(() =>
    new HubConnectionBuilder().withUrl(url).build(),
  );
  useHubEvent(connection, 'add', () => undefined);
  return createElement('p', null, [state, connectionId, error?.message, connection.state].join());
}

test.each(['/room', 'http://127.0.0.1/room'])('a server renders a page with the hub %s', (url) => {
  const page = renderToString(createElement(Room, { url }));
  expect(page).toBe('<p>Disconnected,,,Disconnected</p>');
});
