import { expect, test } from 'vitest';
import { RawEventsClient } from '../testing/raw-http-client.ts';
import { serverSentEventsFrame } from './server-sent-events-frame.ts';
import { transportSuite } from '../testing/transport-suite.ts';

transportSuite('ServerSentEvents', (url) => new RawEventsClient().connect(url));

test('a payload with line feeds is one event with several lines', () => {
  expect(serverSentEventsFrame('{\n"a": 1,\r\n"b": 2\n}').toString()).toBe(
    'data: {\r\ndata: "a": 1,\r\ndata: "b": 2\r\ndata: }\r\n\r\n',
  );
});
