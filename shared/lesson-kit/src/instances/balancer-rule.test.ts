import { expect, test } from 'vitest';
import { errors } from '../errors.ts';
import { InstanceChoice } from './balancer-rule.ts';
import type { Instance } from './instance.ts';

const instances = ['instance 1', 'instance 2', 'C# server'].map((name) => ({ name }) as Instance);
const [one, two] = instances as [Instance, Instance, Instance];

const choosing = (rule: 'sticky' | 'round-robin', open: Record<string, number> = {}) => {
  const choice = new InstanceChoice(rule, ({ name }) => open[name] ?? 0);
  const choose = (url: string, among = instances): string => choice.choose(url, among).name;
  return { choice, choose };
};

test('new connections take turns, and prefer the instance with the fewest WebSockets', () => {
  const open: Record<string, number> = {};
  const { choose } = choosing('sticky', open);
  const negotiate = '/messages/negotiate?negotiateVersion=1';
  expect([choose(negotiate), choose('/token'), choose(negotiate)]).toEqual([
    'instance 1',
    'instance 1',
    'instance 2',
  ]);
  open['instance 1'] = 1;
  expect([choose(negotiate), choose(negotiate)]).toEqual(['instance 2', 'instance 2']);
});

test('sticky: all requests of a connection go to the instance that negotiated it', () => {
  const { choice, choose } = choosing('sticky');
  choice.remember('abc', 'instance 2');
  expect([choose('/messages?id=abc'), choose('/messages?id=abc')]).toEqual([
    'instance 2',
    'instance 2',
  ]);
  expect(choose('/messages?id=abc', [one])).toBe('instance 1');
});

test('round-robin: each request of a connection goes to the next instance', () => {
  const { choice, choose } = choosing('round-robin');
  choice.remember('abc', 'instance 1');
  const requests = ['/messages?id=abc', '/messages?id=abc', '/messages?id=abc&balancer=sticky'];
  expect(requests.map((url) => choose(url))).toEqual(['instance 2', 'instance 1', 'instance 1']);
});

test('only a request that names the C# server goes there: it issues no tokens', () => {
  const { choose } = choosing('sticky', { 'instance 2': 5 });
  const there = [two, instances[2]!];
  expect([choose('/token', there), choose('/token', there)]).toEqual(['instance 2', 'instance 2']);
  expect(choose('/messages/negotiate?instance=C%23%20server')).toBe('C# server');
  expect(choose('/token', [instances[2]!])).toBe('C# server');
});

test('the memory of connections is limited, and without an instance an error is thrown', () => {
  const { choice, choose } = choosing('sticky');
  choice.remember('first', 'instance 2');
  for (let index = 0; index < 1000; index++) choice.remember(`connection ${index}`, 'instance 2');
  expect(choose('/messages?id=first')).toBe('instance 1');
  expect(choose('/messages?id=connection%200')).toBe('instance 2');
  expect(() => choose('/token', [])).toThrow(errors.noInstance());
});
