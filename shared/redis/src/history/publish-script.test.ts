import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RedisPubSubClient } from '../redis-client.ts';
import { PublishScript } from './publish-script.ts';

const options = { keys: ['stream'], arguments: [] };

/** Returns a client that records how scripts are sent. `reply` may throw. */
function recordScripts(reply: (command: string) => unknown = () => 1) {
  const commands: string[] = [];
  const run = (command: string) => async (): Promise<unknown> => {
    commands.push(command);
    return reply(command);
  };
  const client: Partial<RedisPubSubClient> = { eval: run('text'), evalSha: run('digest') };
  return { client: client as RedisPubSubClient, commands };
}

test('the text is sent once in each turn after Redis has accepted it', async () => {
  const { client, commands } = recordScripts();
  const script = new PublishScript();
  await Promise.all([script.run(client, options), script.run(client, options)]);
  expect(commands).toEqual(['text', 'text']);
  await nextTurn();
  await Promise.all([1, 2, 3].map(() => script.run(client, options)));
  expect(commands.slice(2)).toEqual(['text', 'digest', 'digest']);
});

test('a client that has replaced another one gets the text', async () => {
  const [first, second] = [recordScripts(), recordScripts()];
  const script = new PublishScript();
  await script.run(first.client, options);
  await script.run(first.client, options);
  await script.run(second.client, options);
  expect(first.commands).toEqual(['text', 'digest']);
  expect(second.commands).toEqual(['text']);
});

test('if Redis has lost the script, the text is sent again', async () => {
  const { client, commands } = recordScripts((command) => {
    if (command === 'digest') throw new Error('NOSCRIPT No matching script.');
    return 1;
  });
  const script = new PublishScript();
  await script.run(client, options);
  expect(await script.run(client, options)).toBe(1);
  expect(commands).toEqual(['text', 'digest', 'text']);
});

test('a user who may send scripts but no digests gets the text for every message', async () => {
  const { client, commands } = recordScripts((command) => {
    if (command === 'digest')
      throw new Error("NOPERM this user has no permissions to run 'evalsha'");
    return 1;
  });
  const script = new PublishScript();
  await script.run(client, options);
  expect(await script.run(client, options)).toBe(1);
  await nextTurn();
  await Promise.all([1, 2, 3].map(() => script.run(client, options)));
  expect(commands).toEqual(['text', 'digest', 'text', 'text', 'text', 'text']);
});

test('a user without the permission for scripts gets the refusal of the text', async () => {
  const { client, commands } = recordScripts(() => {
    throw new Error('NOPERM');
  });
  const script = new PublishScript();
  const runs = await Promise.allSettled([1, 2].map(() => script.run(client, options)));
  expect(runs.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(script.run(client, options)).rejects.toThrow('NOPERM');
  expect(commands).toEqual(['text', 'text', 'text']);
});

test('another error of Redis is not answered by a second attempt', async () => {
  const { client, commands } = recordScripts((command) => {
    if (command === 'digest') throw new Error('OOM command not allowed');
    return 1;
  });
  const script = new PublishScript();
  await script.run(client, options);
  await expect(script.run(client, options)).rejects.toThrow('OOM');
  expect(commands).toEqual(['text', 'digest']);
});
