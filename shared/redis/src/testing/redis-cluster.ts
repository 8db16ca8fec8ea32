import { createClient, createCluster } from '@redis/client';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';

/** A Redis Cluster of three masters on 127.0.0.1. */
export interface RedisCluster {
  readonly nodes: readonly RedisServerProcess[];
  /** Creates a client. It is not connected yet. */
  client(): ReturnType<typeof createCluster>;
  close(): Promise<void>;
}

const slots = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const;

/** Starts three nodes and waits until the cluster is ready. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    slots.map(() => startRedisServer({ args: ['--cluster-enabled', 'yes'] })),
  );
  const clients = await Promise.all(nodes.map(({ url }) => createClient({ url }).connect()));
  for (const [i, client] of clients.entries()) {
    const [from, to] = slots[i] as readonly [number, number];
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`]);
    await clients[0]?.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', `${nodes[i]?.port}`]);
  }
  for (const client of clients) {
    while (!(await client.clusterInfo()).includes('cluster_state:ok'));
    client.destroy();
  }
  return {
    nodes,
    client: () => createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) }),
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
