import type { CompareOptions } from './compare-recordings.ts';
import type { Twin } from './twin/start-twin.ts';

/** Returns the options with which tests compare a twin with the recordings. */
export const twinOptions = (twin: Twin): CompareOptions => ({
  // A busy machine may be slow, but a timeout of the server must end the connection soon.
  timeoutOf: (name) => (name === 'handshake/timeout' ? 4000 : 30_000),
  attempts: 3,
  beforeScenario: async (area) => {
    // This hub tells all clients that one has left. It may be one of the scenario before.
    if (area === 'course-messages') await twin.waitUntilUnused('MessageHub');
  },
});
