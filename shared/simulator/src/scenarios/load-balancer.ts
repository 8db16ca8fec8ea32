import type { Fleet } from '../model/fleet.ts';
import type { SimulatedServer } from '../model/simulated-server.ts';

/** Chooses the server of a client that connects. */
export interface LoadBalancer {
  readonly name: string;
  /** `pending` is the number of clients that connect to a server, but are not connected yet. */
  choose(fleet: Fleet, pending: ReadonlyMap<SimulatedServer, number>): SimulatedServer;
}

export const randomBalancer: LoadBalancer = {
  name: 'random',
  choose: (fleet) => fleet.randomServer(),
};

export const leastConnectionsBalancer: LoadBalancer = {
  name: 'least connections',
  choose({ servers }, pending) {
    const connectionsOf = (server: SimulatedServer): number =>
      server.clients.size + (pending.get(server) ?? 0);
    return servers.reduce((least, server) =>
      connectionsOf(server) < connectionsOf(least) ? server : least,
    );
  },
};
