import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findCommand, nodeArguments } from '@practical-signalr/lesson-kit';
import { buildPage, freePort } from '@practical-signalr/lesson-kit/testing';
import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '@practical-signalr/course';

interface Service {
  readonly image: string;
  readonly build?: { context: string; dockerfile: string };
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
}

const lesson = join(root, 'lessons/07-scaling-redis');
const folder = join(lesson, 'deploy');
const composeText = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const { services } = parse(composeText, { merge: true }) as { services: Record<string, Service> };
const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
const instructions = (name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^ *${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);

describe('compose.yaml', () => {
  test('one major version of Redis, two instances with one key, and one port of this machine', () => {
    expect(Object.keys(services)).toEqual(['redis', 'instance-1', 'instance-2', 'balancer']);
    expect(services['redis']?.image).toMatch(/^redis:\d+-/);
    const keys = ['instance-1', 'instance-2'].map(
      (name) => services[name]?.environment?.['TOKEN_KEY'],
    );
    expect(keys[0]).toMatch(/^\$\{TOKEN_KEY:\?Set TOKEN_KEY .+\}$/);
    expect(keys[1]).toBe(keys[0]);
    const names = ['instance-1', 'instance-2'].map(
      (name) => services[name]?.environment?.['INSTANCE'],
    );
    expect(new Set(names).size).toBe(2);
    expect(Object.values(services).flatMap(({ ports = [] }) => ports)).toEqual([
      '127.0.0.1:4107:4107',
    ]);
  });

  test('its files exist, and services wait for health checks', () => {
    for (const { build, depends_on: needs = {} } of Object.values(services)) {
      if (build !== undefined) {
        expect(relative(root, join(folder, build.context))).toBe('');
        expect(existsSync(join(root, build.dockerfile))).toBe(true);
      }
      for (const [name, { condition }] of Object.entries(needs)) {
        expect([name in services, condition]).toEqual([true, 'service_healthy']);
      }
    }
  });
});

describe('Dockerfile', () => {
  test('a supported even version of Node, no root user, and a health check', () => {
    const versions = instructions('FROM').map((image) => Number(/^node:(\d+)-/.exec(image)?.[1]));
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const oldest = Number(/>=(\d+)/.exec(engines.node)?.[1]);
    expect(versions).toHaveLength(2);
    for (const version of versions)
      expect([version >= Math.max(oldest, 24), version % 2]).toEqual([true, 0]);
    expect(instructions('USER')).toEqual(['node']);
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('RUN '));
    expect(instructions('HEALTHCHECK')[0]).toContain('/health');
  });

  test('copied and started files are in the repository', () => {
    const sources = instructions('COPY').map((line) => line.split(' ').at(-2)!);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources)
      expect(existsSync(join(root, source.replace(/^\/course\//, ''))), source).toBe(true);
    const commands = instructions('CMD').map((line) => JSON.parse(line) as string[]);
    for (const command of [...Object.values(services).map((each) => each.command), ...commands]) {
      const script = command.find((word) => word.endsWith('.ts'));
      if (script !== undefined) expect(existsSync(join(lesson, script)), script).toBe(true);
    }
    const name = /--filter=(\S+?)\.\.\./.exec(dockerfile)?.[1];
    expect(name).toBe(
      (JSON.parse(readFileSync(join(lesson, 'package.json'), 'utf8')) as { name: string }).name,
    );
    expect(dockerfile).toContain(`--workspace=${name}\n`);
    const ignored = readFileSync(join(folder, 'Dockerfile.dockerignore'), 'utf8').split('\n');
    for (const kept of ['.git', '**/node_modules', '**/dist', '**/.env*'])
      expect(ignored).toContain(kept);
  });
});

// The processes of compose.yaml without the containers: its commands and environment, with this
// machine's address for its hosts.
describe.skipIf(findCommand('redis-server') === undefined)('its processes, on this machine', () => {
  const running = new Map<string, ChildProcess>();
  const connections: HubConnection[] = [];
  const ports: Record<string, number> = {};
  let page: Awaited<ReturnType<typeof buildPage>>;
  const url = (): string => `http://127.0.0.1:${ports['balancer']}`;

  function start(name: string, { command, environment = {} }: Service): ChildProcess {
    const here = (text: string): string =>
      text
        .replace(/^\$\{TOKEN_KEY:\?.*\}$/, key)
        .replaceAll(/\/\/([\w-]+):\d+/g, (_, host: string) => `//127.0.0.1:${ports[host]}`);
    const variables = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [variable, here(String(value))]),
    );
    const env = {
      PATH: process.env['PATH'],
      LESSON_DIST: page.dist,
      NODE_ENV: 'production',
      ...variables,
      PORT: String(ports[name]),
    };
    const [program = '', ...words] = command;
    const child =
      program === 'node'
        ? spawn(process.execPath, [...nodeArguments, ...words], {
            cwd: lesson,
            env,
            stdio: ['ignore', 'pipe', 'inherit'],
          })
        : spawn(program, [...words, '--bind', '127.0.0.1', '--port', String(ports[name])], {
            env,
            stdio: ['ignore', 'pipe', 'inherit'],
          });
    running.set(name, child);
    return child;
  }
  const key = randomBytes(32).toString('base64');

  beforeAll(async () => {
    page = await buildPage(lesson);
    for (const name of Object.keys(services)) ports[name] = await freePort();
    const started = new Map<string, Promise<unknown>>();
    const begin = (name: string): Promise<unknown> => {
      const service = services[name]!;
      const needs = Object.keys(service.depends_on ?? {}).map(
        (need) => started.get(need) ?? begin(need),
      );
      const ready = Promise.all(needs).then(() => says(start(name, service), /ready/i));
      started.set(name, ready);
      return ready;
    };
    await begin('balancer');
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.stop()));
    for (const child of running.values()) child.kill('SIGKILL');
    page?.remove();
  });

  async function connect(
    instance: string,
    onMessage: (...args: string[]) => void = () => undefined,
  ): Promise<HubConnection> {
    const accessTokenFactory = async () => (await fetch(`${url()}/token?name=peer`)).text();
    const connection = new HubConnectionBuilder()
      .withUrl(`${url()}/messages?${new URLSearchParams({ instance })}`, { accessTokenFactory })
      .configureLogging(LogLevel.None)
      .build();
    connection.on('ReceiveMessage', onMessage);
    connections.push(connection);
    await connection.start();
    return connection;
  }

  test('the page loads, and a message reaches the other instance over Redis', async () => {
    const response = await fetch(url());
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('<title>'),
    ]);
    let receive: (args: string[]) => void = () => undefined;
    const received = new Promise<string[]>((resolve) => (receive = resolve));
    await connect('instance 2', (...args) => receive(args));
    const sender = await connect('instance 1');
    await sender.invoke('SendMessageToAll', 'from container to container');
    expect(await received).toEqual(['from container to container', 'instance 1']);
    const { instances } = (await (await fetch(`${url()}/control-panel`)).json()) as {
      instances: { health: { status: string } }[];
    };
    expect(instances.map(({ health }) => health.status)).toEqual(['Healthy', 'Healthy']);
  });

  test('a command that would restart the instances is refused, and the instances continue', async () => {
    const answer = await fetch(`${url()}/control-panel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ backplane: 'none' }),
    });
    expect([answer.status, await answer.text()]).toEqual([
      502,
      expect.stringMatching(/^The instances run elsewhere/),
    ]);
    expect(await (await fetch(`${url()}/control-panel`)).json()).toMatchObject({
      backplane: 'redis',
    });
    expect((await fetch(`${url()}/health`)).status).toBe(200);
  });

  test('SIGTERM, which docker stop sends, stops each of them with code 0', async () => {
    for (const name of ['balancer', 'instance-1', 'instance-2', 'redis']) {
      const child = running.get(name)!;
      child.kill('SIGTERM');
      expect([name, ...(await once(child, 'exit'))]).toEqual([name, 0, null]);
    }
  });
});

/** Waits until a process says so. */
async function says(child: ChildProcess, words: RegExp): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      if (words.test(output)) resolve();
    });
    child.once('exit', () => reject(new Error(output)));
    child.once('error', reject);
  });
}
