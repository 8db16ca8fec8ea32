import { createHash } from 'node:crypto';
import type { RedisPubSubClient } from '../redis-client.ts';
import { publishScript } from './history-scripts.ts';

type ScriptOptions = Parameters<NonNullable<RedisPubSubClient['eval']>>[1];

const digest = createHash('sha1').update(publishScript).digest('hex');

/**
 * Runs the script that publishes. It sends the text of the script once in each turn of the event
 * loop, and its digest with the other messages of the turn. Redis reads a fixed number of bytes at
 * a time, so short commands let it pass on more messages together. Redis runs the commands of a
 * connection in order, so it knows the script when the digest arrives, also after a restart. Only
 * if somebody removes all scripts in between, a message may be published after later ones.
 */
export class PublishScript {
  /** The client that has replied to the text. A user may lack the permission for scripts. */
  #acceptedBy: RedisPubSubClient | undefined;
  #sentInThisTurn: RedisPubSubClient | undefined;
  /** The client whose user may send scripts, but no digests. */
  #refusesDigests: RedisPubSubClient | undefined;

  async run(client: RedisPubSubClient, options: ScriptOptions): Promise<unknown> {
    if (this.#acceptedBy !== client || this.#sentInThisTurn !== client)
      return this.#sendText(client, options);
    try {
      return await client.evalSha?.(digest, options);
    } catch (error) {
      // In both cases, Redis has not run the script.
      const [code] = String((error as Error).message).split(' ', 1);
      if (code === 'NOPERM') this.#refusesDigests = client;
      else if (code !== 'NOSCRIPT') throw error;
      return this.#sendText(client, options);
    }
  }

  async #sendText(client: RedisPubSubClient, options: ScriptOptions): Promise<unknown> {
    const takesDigests = client.evalSha !== undefined && this.#refusesDigests !== client;
    if (takesDigests) this.#rememberTurn(client);
    try {
      const reply = await client.eval?.(publishScript, options);
      this.#acceptedBy = client;
      return reply;
    } catch (error) {
      this.#acceptedBy = undefined;
      throw error;
    }
  }

  #rememberTurn(client: RedisPubSubClient): void {
    if (this.#sentInThisTurn === undefined) {
      setImmediate(() => {
        this.#sentInThisTurn = undefined;
      });
    }
    this.#sentInThisTurn = client;
  }
}
