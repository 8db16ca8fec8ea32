import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeLessons, type FakeLessons } from '../home/fake-lessons.ts';
import { lessonGuide, lessonTasks } from './lesson-guide.ts';
import { lessonFolder, sections, videos } from './sections.ts';

let fakes: FakeLessons | undefined;
afterEach(() => fakes?.remove());

/** Returns the guide of a README. */
function guideOf(readme: string) {
  fakes = fakeLessons({ 3: '' }, readme);
  return lessonGuide(fakes.folderOf(3));
}

/** The addresses of the course that are known to exist. */
const known = [
  'https://codeopinion.com/practical-asp-net-core-signalr/',
  'https://codeopinion.com/practical-asp-net-core-signalr-server-hubs/',
  'https://codeopinion.com/practical-asp-net-core-signalr-scaling/',
  'https://codeopinion.com/practical-asp-net-core-signalr-azure/',
];

/** The parts that every README has, in this order. */
const README_PARTS = [
  'Run',
  'Walkthrough',
  'Try it yourself',
  'What goes wrong',
  'Quiz',
  'C# next to TypeScript',
  'What changed since the last lesson',
  'What differs from the video',
];
const existing = sections.flatMap((section) => {
  const folder = lessonFolder(section.number);
  return folder === undefined ? [] : [{ ...section, folder }];
});

test('each section has a lesson, numbers have no gaps, and links lead to known pages', () => {
  expect(videos).toHaveLength(8);
  expect(sections.length).toBeGreaterThanOrEqual(videos.length);
  expect(sections.map(({ number }) => number)).toEqual(sections.map((_, i) => i + 1));
  for (const { title, goal } of sections)
    expect([title, goal]).toEqual([expect.any(String), expect.stringMatching(/./)]);
  for (const { follow } of sections) expect([undefined, ...known]).toContain(follow.page);
});

describe.each(existing)('lesson $number', ({ folder, follow }) => {
  test('has three experiments, a quiz and what differs from the video', async () => {
    const { goal, parts, differs } = lessonGuide(folder);
    const { experiments, questions } = lessonTasks(folder);
    expect(goal).toContain('Goal.');
    expect(experiments).toBeGreaterThanOrEqual(3);
    expect(questions).toBeGreaterThanOrEqual(3);
    expect(parts.flatMap((part) => part.experiments)).toHaveLength(experiments);
    const answers = parts
      .flatMap((part) => part.questions)
      .map(({ question, answer }) => question && answer);
    expect(answers.filter(Boolean)).toHaveLength(questions);
    expect(differs).toMatch(/^<p>.{30}/s);
  });

  test('has the parts of a README in their order', () => {
    const titles = lessonGuide(folder).parts.map(({ title }) => title);
    expect(titles.filter((title) => README_PARTS.includes(title))).toEqual(README_PARTS);
  });

  test('has the files that the guide to the videos names', () => {
    for (const { file } of follow.code) expect(existsSync(join(folder, file)), file).toBe(true);
  });
});

test('blocks and the columns of C# and TypeScript have colors', async () => {
  const table =
    '| C# | TypeScript | note |\n|---|---|---|\n| `new Hub()` | `const a = 1` | `plain` |';
  const { parts } = guideOf(
    `# T\n\n## A\n\n\`\`\`typescript\nconst a = 1;\n\`\`\`\n\n${table}\n\n\`plain\`\n`,
  );
  const html = parts[0]!.html;
  expect(html).toMatch(
    /<pre><code class="language-typescript"><span class="token keyword">const<\/span>/,
  );
  expect(html).toMatch(/<td><code><span class="token keyword">new<\/span>/);
  expect(html).toMatch(/<td><code><span class="token keyword">const<\/span>/);
  expect(html.match(/<code>plain<\/code>/g)).toHaveLength(2);
});

test('headings are one level deeper, and external links open a new tab', async () => {
  const { parts } = guideOf('# T\n\n## A\n\n### Inside\n\n[x](https://example.org) and [y](#a)\n');
  expect(parts[0]!.html).toBe(
    '<h4>Inside</h4>\n<p><a href="https://example.org" target="_blank" rel="noreferrer">x</a> and <a href="#a">y</a></p>\n',
  );
});

test('text around experiments and questions is kept', async () => {
  const quiz =
    'Think first.\n\n<details><summary>Why <code>x</code>?</summary>Because.</details>\n';
  const { parts } = guideOf(
    `# T\n\n## Try it yourself\n\nIn two tabs.\n\n1. One.\n2. Two:\n   - a\n   - b\n\n## Quiz\n\n${quiz}`,
  );
  expect(parts[0]).toMatchObject({
    html: '<p>In two tabs.</p>\n',
    experiments: ['One.', expect.stringContaining('<li>a</li>')],
  });
  expect(parts[1]).toMatchObject({
    html: '<p>Think first.</p>\n',
    questions: [{ question: 'Why <code>x</code>?', answer: 'Because.' }],
  });
});

test.each([
  '',
  'no heading',
  '## Quiz\n\n<details>not closed',
  '# only a title',
  '## Try it yourself\n\nnone',
  '```ts\nopen',
])('a README without the usual parts gives a guide too: %j', async (readme) => {
  const guide = guideOf(readme);
  expect(guide.parts.flatMap((part) => [...part.experiments, ...part.questions])).toEqual([]);
  expect(lessonTasks(fakes!.folderOf(3))).toEqual({ experiments: 0, questions: 0 });
});

test('a lesson without a README has an empty guide', async () => {
  expect(lessonGuide('/nowhere')).toEqual({ goal: '', parts: [], differs: '' });
  expect(lessonTasks(undefined)).toEqual({ experiments: 0, questions: 0 });
});
