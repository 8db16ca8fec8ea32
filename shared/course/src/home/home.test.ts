import {
  auditPage,
  freePort,
  hasChromium,
  launchChromium,
  see,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALIVE, fakeLessons, type FakeLessons, READY } from './fake-lessons.ts';
import { type CourseHome, startHome } from './home-server.ts';
import { lessonFolder, sections } from '../lessons/sections.ts';

const readme = `# Lesson 3: Fake

**Goal.** A goal.

## Watch

A table and code.

| C# | TypeScript |
|---|---|
| \`new Hub()\` | \`const aVeryLongNameThatNoPhoneIsWideEnoughFor = 'and a value of the same kind'\` |

## Try it yourself

1. First.
2. Second.
3. Third.

## Quiz

<details><summary>Why?</summary>Because.</details>
<details><summary>How?</summary>So.</details>

## What differs from the video

In everything.
`;

describe.runIf(hasChromium())('the home in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];
  let home: CourseHome;
  let lessons: FakeLessons | undefined;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    context = await browser.newContext();
    problems = watchProblems(context);
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await home.close();
    lessons?.remove();
    lessons = undefined;
  });

  const open = async (path = ''): Promise<void> => {
    await page.goto(`http://localhost:${home.port}/${path}`);
    await see(page.locator('.stop')).toHaveCount(8);
  };
  /** A home with lessons of the test's own, each on the same port. */
  async function openWith(
    sources: Record<number, string>,
    path = '',
    text = readme,
  ): Promise<void> {
    lessons = fakeLessons(sources, text);
    home = await startHome(0, { lessons: lessons.folder, portOf: () => 4999 });
    await open(path);
  }
  const row = (number: number) => page.locator('.stop').nth(number - 1);
  const button = (name: string) => page.getByRole('button', { name });

  test('lists every section, and a click starts a lesson and opens it', async () => {
    const lessonPort = await freePort();
    home = await startHome(0, { portOf: (number) => (number === 3 ? lessonPort : 1) });
    await open();
    const missing = sections.filter(({ number }) => lessonFolder(number) === undefined).length;
    await see(page.locator('.stop').getByText('In preparation')).toHaveCount(missing);
    const popup = page.waitForEvent('popup');
    await button('Start and open lesson 3').press('Enter');
    const lesson = await popup;
    await see(lesson.locator('#state')).toHaveText('Connected');
    await see(row(3)).toContainText(`Running on ${lessonPort}`);
    await see(page.locator('#log')).toContainText(
      `Lesson 3 is ready: open http://localhost:${lessonPort} in two tabs (stop it in the course home)`,
    );
    await see(page.getByRole('link', { name: 'Open lesson 3' })).toHaveAttribute(
      'href',
      `http://localhost:${lessonPort}/`,
    );
    await lesson.close();
    await button('Stop lesson 3').click();
    await see(row(3)).toContainText('Not running');
    expect(problems).toEqual([]);
  });

  test('axe reports nothing for the README of a lesson, and its C# fits into a window of 1280 px', async () => {
    home = await startHome(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    const withCSharp: number[] = [];
    for (const { number, title } of sections.filter(
      (section) => lessonFolder(section.number) !== undefined,
    )) {
      await open(`#lesson-${number}`);
      await see(page.getByRole('heading', { name: `${number} ${title}` })).toBeVisible();
      await see(page.locator('.question').first()).toBeVisible();
      const looks = number === 6 ? 'all' : 'two';
      expect(await auditPage(page, { looks }), `lesson ${number}`).toEqual([]);
      const blocks = page.locator('pre:has(code.language-csharp)');
      if ((await blocks.count()) > 0) withCSharp.push(number);
      const scrolling = await blocks.evaluateAll((all) =>
        all
          .filter((block) => block.scrollWidth > block.clientWidth)
          .map(({ textContent }) => textContent),
      );
      expect(scrolling).toEqual([]);
    }
    expect(withCSharp).toEqual(expect.arrayContaining([6, 7, 8]));
    expect(problems).toEqual([]);
  });

  test('axe reports nothing for the list and for folded parts', async () => {
    await openWith({ 1: ALIVE, 3: `${READY} ${ALIVE}`, 4: 'throw new Error("nothing works")' });
    await button('Start and open lesson 3').click();
    await button('Start and open lesson 4').click();
    await see(row(4)).toContainText('Failed');
    await see(row(3)).toContainText('Running');
    await page.locator('#own-wire summary').click();
    expect(await auditPage(page, { looks: 'all' })).toEqual([]);
    await page.goto(`http://localhost:${home.port}/#lesson-3`);
    await page.getByText('Why?').click();
    expect(await auditPage(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('the state is announced, and the log streams live', async () => {
    const source = `${READY} let n = 0; setInterval(() => console.log('line ' + ++n), 20);`;
    await openWith({ 3: source });
    await button('Start and open lesson 3').click();
    await see(page.locator('[aria-live].visually-hidden')).toHaveText('Lesson 3: Running on 4999');
    await see(page.getByRole('log')).toContainText('line 250');
    const text = await page.getByRole('log').textContent();
    expect(text?.split('\n').length).toBeLessThanOrEqual(200);
    await see(page.locator('#state')).toHaveText('1 lesson running');
  });

  test('a lesson that crashes shows its last lines, in the list and next to its README', async () => {
    await openWith({ 3: `const ready = ;` });
    await button('Start and open lesson 3').click();
    for (const place of [row(3), page.locator('#guide')]) {
      await see(place).toContainText('Lesson 3 stopped before it was ready (exit code 1).');
      await see(place).toContainText('Unexpected ";"');
      await page.goto(`http://localhost:${home.port}/#lesson-3`);
    }
    await see(button('Start and open lesson 3')).toBeEnabled();
    expect(context.pages()).toHaveLength(1); // the tab that was opened for it is closed
  });

  test('progress is kept in the browser: run, experiments, questions', async () => {
    await openWith({ 3: `${READY} ${ALIVE}` }, '#lesson-3');
    await page.getByLabel('Experiment 1 done').check();
    await page.getByLabel('Experiment 3 done').check();
    await page.getByText('How?').press('Enter');
    await see(page.getByText('So.')).toBeVisible();
    await page.getByLabel('Question 2 answered').check();
    await button('Start and open lesson 3').click();
    await see(page.locator('#guide')).toContainText('Running');
    const other = await context.newPage();
    await other.goto(`http://localhost:${home.port}/`);
    await see(other.locator('.stop').nth(2)).toContainText(
      '✓ run, 2 of 3 experiments, 1 of 2 questions',
    );
    await page.reload();
    await see(page.getByLabel('Experiment 1 done')).toBeChecked();
    await see(page.getByLabel('Experiment 2 done')).not.toBeChecked();
    await page.getByLabel('Experiment 2 done').check();
    await page.getByText('Why?').click();
    await page.getByLabel('Question 1 answered').check();
    await see(other.locator('.stop').nth(2)).toHaveClass(/\bdone\b/); // another tab is notified
    await other.getByRole('button', { name: 'Delete my progress' }).click();
    await see(other.locator('.stop').nth(2)).not.toContainText('✓ run');
  });

  test('the keyboard reaches everything in order, and a pressed button keeps the focus', async () => {
    await openWith({ 3: `${READY} ${ALIVE}` });
    const stops = await tabOrder(page);
    const first = [
      'Skip to the lessons',
      'Lessons',
      'Diff lessons',
      'Slides',
      'Docs',
      'README, lesson 3',
      'Diff to lesson 2, lesson 3',
    ];
    expect(stops.slice(0, first.length)).toEqual(first); // this lesson has no slides
    expect(stops.slice(first.length)).toEqual(
      expect.arrayContaining(['Start and open lesson 3', 'Section to follow', 'Lines of the log']),
    );
    await button('Start and open lesson 3').focus();
    await page.keyboard.press('Enter');
    await see(row(3)).toContainText('Running');
    await page.bringToFront();
    const focused = () => page.evaluate(() => document.activeElement?.ariaLabel);
    expect(['Open lesson 3', 'Stop lesson 3']).toContain(await focused());
    await button('Stop lesson 3').focus();
    await page.keyboard.press('Enter');
    await see(button('Start and open lesson 3')).toBeFocused();
    await page.getByRole('link', { name: 'README, lesson 3' }).press('Enter');
    await see(page.getByRole('heading', { name: '3 Basics' })).toBeFocused();
    await page.goBack();
    await see(button('Start and open lesson 3')).toBeVisible();
  });

  test('the skip link leads to the first lesson, and the arrow keys to the others', async () => {
    home = await startHome(0, { portOf: () => 4999 });
    await open();
    await page.getByRole('link', { name: 'Skip to the lessons' }).focus();
    await page.keyboard.press('Enter');
    await see(button('Start and open lesson 1')).toBeFocused();
    for (let lesson = 2; lesson <= 6; lesson++) await page.keyboard.press('ArrowDown');
    await see(button('Start and open lesson 6')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await see(button('Start and open lesson 5')).toBeFocused();
    await page.goto(`http://localhost:${home.port}/#lesson-3`);
    await page.getByRole('link', { name: 'Skip to the lessons' }).press('Enter');
    await see(page.getByRole('heading', { name: '3 Basics' })).toBeFocused();
  });

  test('a double click starts a lesson once and opens one tab', async () => {
    await openWith({ 3: `${READY} ${ALIVE}` });
    await button('Start and open lesson 3').dblclick();
    await see(row(3)).toContainText('Running on 4999');
    expect(context.pages()).toHaveLength(2);
  });

  test('on a phone, the lessons fill little more than two screens, and the rest is folded', async () => {
    home = await startHome(0, { portOf: () => 4999 });
    await page.setViewportSize({ width: 390, height: 844 });
    await open();
    await see(page.locator('.stop')).toHaveCount(sections.length);
    const size = () =>
      page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.scrollHeight,
      ]);
    const [width, height] = await size();
    expect(width).toBe(390);
    expect(height).toBeLessThan(844 * 2.2);
    for (const narrow of [390, 320]) {
      await page.setViewportSize({ width: narrow, height: 844 });
      for (const stop of await page.locator('.stop').all()) {
        const title = (await stop.locator('h2').boundingBox())!;
        const actions = (await stop.locator('.actions').boundingBox())!;
        expect(title.x + title.width).toBeLessThanOrEqual(actions.x);
      }
    }
    await page.getByText('Follow the videos').click();
    await see(page.getByLabel('Section to follow')).toBeVisible();
  });

  test('follow along shows each section, and what differs from its README', async () => {
    await openWith({ 3: '' });
    const follow = page.locator('#follow');
    for (const section of sections) {
      await follow.getByLabel('Section to follow').selectOption(String(section.number));
      await see(follow).toContainText(section.follow.covers);
    }
    await follow.getByLabel('Section to follow').selectOption('3');
    await see(follow).toContainText('In everything.');
    const diff = '/diff/2/3?file=server%2Fhub.ts';
    await see(follow.getByRole('link', { name: 'server/hub.ts' })).toHaveAttribute('href', diff);
    const known =
      /^https:\/\/(codeopinion\.com\/practical-asp-net-core-signalr[a-z-]*\/|github\.com\/dcomartin\/Practical\.AspNetCore\.SignalR)$/;
    for (const link of await follow.locator('a[target=_blank]').all()) {
      expect(await link.getAttribute('href')).toMatch(known);
    }
    expect(problems).toEqual([]);
  });

  test('scripts in a README do not run', async () => {
    const hostile = `<img src="x:" alt="" onerror="document.title = 'bad'"><script>document.title = 'bad'</script>`;
    await openWith({ 3: '' }, '#lesson-3', `${readme}\n## More\n\n${hostile}\n`);
    await see(page.locator('.prose img')).toHaveCount(1);
    await see
      .poll(() => problems)
      .toContainEqual(expect.stringContaining('Content Security Policy'));
    await see(page).toHaveTitle('3 Basics: Practical SignalR for Node');
  });

  test('the page reports that the home has stopped, reconnects, and keeps its place', async () => {
    await openWith({ 3: `${READY} ${ALIVE}` }, '#lesson-3');
    const answer = page.locator('details.question').last();
    await answer.locator('summary').press('Enter');
    await see(answer).toHaveAttribute('open');
    const { port } = home;
    await home.close();
    await see(page.locator('#state')).toHaveText(
      'The course home was stopped. Start it again with npm start.',
    );
    home = await startHome(port, { lessons: lessons!.folder, portOf: () => 4999 });
    await see(page.locator('#state')).toHaveText('Connected, no lesson running');
    await see(answer).toHaveAttribute('open');
    await see(answer.locator('summary')).toBeFocused();
    await page.getByRole('link', { name: 'All lessons' }).click();
    await button('Start and open lesson 3').click();
    await see(row(3)).toContainText('Running on 4999');
  });
});
