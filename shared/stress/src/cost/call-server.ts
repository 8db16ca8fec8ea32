import { Hub } from '@practical-signalr/server';
import { adminRouter } from '@practical-signalr/server/admin';
import { testServer } from '@practical-signalr/server/testing';
import { CallClient, CALLS_PER_MESSAGE } from './call-client.ts';

/** What is switched on for the calls of a server. */
export type CallSetting = 'off' | 'limits' | 'admin';

/** Numbers that the measurement does not reach, so that every limit only counts. */
const MANY = 1e9;
const rate = { tokenLimit: MANY, tokensPerSecond: MANY };
const limits = {
  connections: MANY,
  connectionsPerAddress: MANY,
  connectionsPerUser: MANY,
  groupsPerConnection: MANY,
  groupNameLength: 200,
  bytesInFlight: MANY,
  callsPerConnection: rate,
  callsPerUser: rate,
};

/** A server with one client, whose calls are measured. */
export interface CallServer {
  /** Runs calls, and returns the CPU time of this process for each of them, in µs. */
  measure(calls: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts a server with a setting, and connects its client. */
export async function startCallServer(setting: CallSetting): Promise<CallServer> {
  let missing = 0;
  let finish: () => void = () => undefined;
  class CountingHub extends Hub {
    count(): void {
      missing--;
      if (missing === 0) finish();
    }
  }
  const hasLimits = setting === 'limits';
  const server = await testServer(
    (signalr) => {
      const methods = { count: hasLimits ? { rateLimit: rate } : {} };
      signalr.mapHub('/hub', CountingHub, { methods, ...(hasLimits ? { limits } : {}) });
      if (setting === 'admin') adminRouter(signalr, { authorize: () => false });
    },
    { userIdProvider: { getUserId: () => 'ann' } },
  );
  const client = await CallClient.open(server.port);
  return {
    async measure(calls) {
      const messages = Math.ceil(calls / CALLS_PER_MESSAGE);
      missing = messages * CALLS_PER_MESSAGE;
      const count = missing;
      const isDone = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const before = process.cpuUsage();
      for (let i = 0; i < messages; i++) client.call();
      await isDone;
      const { user, system } = process.cpuUsage(before);
      return (user + system) / count;
    },
    async close() {
      client.close();
      await server.close();
    },
  };
}
