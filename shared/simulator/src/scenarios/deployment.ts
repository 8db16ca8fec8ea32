import { costs } from '../model/costs.ts';
import type { Fleet } from '../model/fleet.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { ReconnectPolicy } from './reconnect-policy.ts';
import { type ReconnectReport, Reconnects } from './reconnects.ts';

/** What a rolling deployment costs. Times are in ms. */
export interface DeploymentReport extends ReconnectReport {
  readonly duration: number;
  /** How often a client reconnected, on average and at most. */
  readonly movesPerClient: number;
  readonly mostMoves: number;
  /** The connections of the fullest server afterwards, divided by the average. */
  readonly imbalance: number;
}

/** Replaces the servers one after the other. Each new server starts before an old one stops. */
export async function simulateDeployment(
  fleet: Fleet,
  policy: ReconnectPolicy,
  balancer: LoadBalancer,
): Promise<DeploymentReport> {
  const { clock, clients, servers } = fleet;
  const startedAt = clock.now;
  const reconnects = new Reconnects(fleet, policy, balancer);
  const oldServers = servers.slice();
  for (const old of oldServers) {
    const replacement = fleet.startServer();
    await clock.wait(costs.serverStart);
    servers.splice(servers.indexOf(old), 1, replacement);
    await reconnects.reconnect(await old.stop());
  }
  const moves = clients.map((client) => client.moves);
  const fullest = servers.reduce((most, server) => Math.max(most, server.clients.size), 0);
  return {
    ...reconnects.report(),
    duration: clock.now - startedAt,
    movesPerClient: moves.reduce((sum, count) => sum + count, 0) / clients.length,
    mostMoves: moves.reduce((most, count) => Math.max(most, count), 0),
    imbalance: (fullest * servers.length) / clients.length,
  };
}
