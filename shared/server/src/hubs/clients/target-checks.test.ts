import { expect, test, vi } from 'vitest';
import { ClientResultTypes } from '../client-results.ts';
import { LifetimeHubCallerClients, type Sender } from '../hub-clients.ts';
import { LifetimeGroups } from './lifetime-groups.ts';

const lifetime = new Proxy({} as Record<string, () => Promise<void>>, {
  get: (methods, name: string) => (methods[name] ??= vi.fn(async () => undefined)),
});
const report = vi.fn();
const clients = new LifetimeHubCallerClients<{ m(): void }>(
  lifetime as unknown as Sender,
  new ClientResultTypes(),
  report,
  'caller',
);
const groups = new LifetimeGroups(lifetime as never, report);

/** Expects that a call rejects with the code, and that no lifetime manager sees it. */
async function expectRefused(run: () => Promise<unknown>, code: string): Promise<void> {
  await expect(run()).rejects.toThrow(
    expect.objectContaining({ name: 'TypeError', code }) as TypeError,
  );
  for (const name of Object.keys(lifetime)) expect(lifetime[name]).not.toHaveBeenCalled();
}

const invalid: unknown[] = [
  null,
  undefined,
  '',
  5,
  {},
  [],
  true,
  Symbol('name'),
  Object.create(null),
];

test.each(invalid)('a send or invoke of the method %j is refused', async (value) => {
  const method = value as 'm';
  const code = 'ERR_SIGNALR_METHOD_NAME_INVALID';
  await expectRefused(() => clients.all.send(method), code);
  await expectRefused(() => clients.allExcept([]).send(method), code);
  await expectRefused(() => clients.client('id').send(method), code);
  await expectRefused(() => clients.clients(['id']).send(method), code);
  await expectRefused(() => clients.group('g').send(method), code);
  await expectRefused(() => clients.groups(['g']).send(method), code);
  await expectRefused(() => clients.groupExcept('g', []).send(method), code);
  await expectRefused(() => clients.user('u').send(method), code);
  await expectRefused(() => clients.users(['u']).send(method), code);
  await expectRefused(() => clients.caller.send(method), code);
  await expectRefused(() => clients.others.send(method), code);
  await expectRefused(() => clients.othersInGroup('g').send(method), code);
  await expectRefused(() => clients.client('id').invoke(method), code);
});

test.each(invalid)('the group, user or connection %j is refused', async (value) => {
  const name = value as string;
  const code = 'ERR_SIGNALR_TARGET_INVALID';
  await expectRefused(() => clients.client(name).send('m'), code);
  await expectRefused(() => clients.client(name).invoke('m'), code);
  await expectRefused(() => clients.clients(['id', name]).send('m'), code);
  await expectRefused(() => clients.allExcept([name]).send('m'), code);
  await expectRefused(() => clients.group(name).send('m'), code);
  await expectRefused(() => clients.groups(['g', name]).send('m'), code);
  await expectRefused(() => clients.groupExcept(name, []).send('m'), code);
  await expectRefused(() => clients.groupExcept('g', [name]).send('m'), code);
  await expectRefused(() => clients.othersInGroup(name).send('m'), code);
  await expectRefused(() => clients.user(name).send('m'), code);
  await expectRefused(() => clients.users(['u', name]).send('m'), code);
  await expectRefused(() => groups.add(name, 'g'), code);
  await expectRefused(() => groups.add('id', name), code);
  await expectRefused(() => groups.remove(name, 'g'), code);
  await expectRefused(() => groups.remove('id', name), code);
});

test.each([null, undefined, 'id', 5, {}, new Set(['id'])])(
  'the names %j, which are not an array, are refused',
  async (value) => {
    const names = value as string[];
    const code = 'ERR_SIGNALR_TARGET_INVALID';
    await expectRefused(() => clients.clients(names).send('m'), code);
    await expectRefused(() => clients.allExcept(names).send('m'), code);
    await expectRefused(() => clients.groups(names).send('m'), code);
    await expectRefused(() => clients.groupExcept('g', names).send('m'), code);
    await expectRefused(() => clients.users(names).send('m'), code);
  },
);

test('the message names the value, and valid names pass', async () => {
  await expect(clients.group(null as never).send('m')).rejects.toThrow("a group is 'null'. Pass a");
  await expect(clients.all.send('' as 'm')).rejects.toThrow("a client method is ''. Pass a string");
  await clients.group('x'.repeat(1_000_000)).send('m');
  await clients.users([]).send('m');
  expect(lifetime['sendGroup']).toHaveBeenCalledOnce();
  expect(lifetime['sendUsers']).toHaveBeenCalledOnce();
  expect(report).not.toHaveBeenCalled();
});
