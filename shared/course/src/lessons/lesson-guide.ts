import { existsSync, readFileSync } from 'node:fs';
import type { GuidePart, LessonGuide, LessonTasks } from '../home/home-contract.ts';
import { markdown, renderMarkdown } from './markdown.ts';

type Tokens = ReturnType<typeof markdown.parse>;

/** The titles of the parts that the course home does not show as plain text. */
const EXPERIMENTS = /^Try it yourself/;
const QUIZ = /^Quiz/;
const DIFFERS = /differs from the video/i;

const question = /<details>\s*<summary>(?<question>.*?)<\/summary>(?<answer>.*?)<\/details>/gs;

/** Returns the rendered README of the lesson in `folder`. */
export function lessonGuide(folder: string): LessonGuide {
  const [head, ...rest] = split(readme(folder));
  const parts = rest.map(({ title, tokens }) => guidePart(title, tokens));
  const differs = parts.find(({ title }) => DIFFERS.test(title))?.html ?? '';
  return { goal: renderMarkdown(head?.tokens ?? []), parts, differs };
}

/** Returns the numbers of experiments and questions, without rendering them. */
export function lessonTasks(folder: string | undefined): LessonTasks {
  const parts = folder === undefined ? [] : split(readme(folder));
  const tokensOf = (wanted: RegExp): Tokens =>
    parts.find(({ title }) => wanted.test(title))?.tokens ?? [];
  return {
    experiments: listItems(tokensOf(EXPERIMENTS)).items.length,
    questions: questions(tokensOf(QUIZ)).length,
  };
}

function guidePart(title: string, tokens: Tokens): GuidePart {
  if (QUIZ.test(title)) {
    const text = tokens.filter(({ type }) => type !== 'html_block');
    return { title, html: renderMarkdown(text), experiments: [], questions: questions(tokens) };
  }
  if (!EXPERIMENTS.test(title))
    return { title, html: renderMarkdown(tokens), experiments: [], questions: [] };
  const { before, items } = listItems(tokens);
  return {
    title,
    html: renderMarkdown(before),
    experiments: items.map((item) => renderMarkdown(item)),
    questions: [],
  };
}

const readme = (folder: string): string =>
  existsSync(`${folder}/README.md`) ? readFileSync(`${folder}/README.md`, 'utf8') : '';

/**
 * Returns one part per second-level heading. The first part is the text before them, without the
 * title.
 */
function split(text: string): { title: string; tokens: Tokens }[] {
  const tokens = markdown.parse(text, {});
  const parts: { title: string; tokens: Tokens }[] = [{ title: '', tokens: [] }];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const level = token.type === 'heading_open' ? token.tag : '';
    if (level === 'h2') parts.push({ title: tokens[i + 1]?.content ?? '', tokens: [] });
    if (level === 'h1' || level === 'h2') i += 2;
    else parts.at(-1)!.tokens.push(token);
  }
  return parts;
}

/** Returns the items of the first numbered list, and the text before it. */
function listItems(tokens: Tokens): { before: Tokens; items: Tokens[] } {
  const begin = tokens.findIndex(({ type }) => type === 'ordered_list_open');
  const items: Tokens[] = [];
  let open = -1;
  for (const [i, { type, level }] of tokens.entries()) {
    if (begin < 0 || i < begin || level !== 1) continue;
    if (type === 'list_item_open') open = i + 1;
    if (type === 'list_item_close') items.push(tokens.slice(open, i));
  }
  return { before: begin < 0 ? tokens : tokens.slice(0, begin), items };
}

function questions(tokens: Tokens): GuidePart['questions'] {
  const html = tokens.filter(({ type }) => type === 'html_block').map(({ content }) => content);
  return [...html.join('').matchAll(question)].map(({ groups }) => ({
    question: groups!['question']!.trim(),
    answer: groups!['answer']!.trim(),
  }));
}
