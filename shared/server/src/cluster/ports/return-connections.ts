import type { Worker } from 'node:cluster';

/** What Node sends to a worker, and its reply. Source: `lib/internal/cluster/utils.js` of Node. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

const CLUSTER = 'NODE_CLUSTER';

/**
 * Lets the other workers serve a connection that is on its way to a worker that crashes. Node gives
 * a connection to a worker and waits for its reply, in which a worker that closes its server
 * refuses the connection. From a worker that has crashed, it would wait forever, and so would the
 * client. This function replies instead.
 */
export function returnConnections(worker: Worker): void {
  const { process } = worker;
  const unanswered = new Set<number>();
  const send = process.send.bind(process) as (...values: unknown[]) => boolean;
  process.send = (message: unknown, ...values: unknown[]): boolean => {
    const { cmd, act, seq } = (message ?? {}) as ClusterMessage;
    if (cmd === CLUSTER && act === 'newconn' && seq !== undefined) unanswered.add(seq);
    return send(message, ...values);
  };
  process.on('internalMessage', ({ cmd, ack }: ClusterMessage) => {
    if (cmd === CLUSTER && ack !== undefined) unanswered.delete(ack);
  });
  const refuseAll = (): void => {
    for (const ack of unanswered)
      process.emit('internalMessage' as never, { cmd: CLUSTER, ack, accepted: false } as never);
    unanswered.clear();
  };
  // After both, Node has read all replies, and gives the worker no connections any more. Node does
  // not always report that the channel of a killed process has closed.
  worker.once('exit', () => {
    if (worker.isConnected()) worker.once('disconnect', refuseAll);
    else refuseAll();
  });
}
