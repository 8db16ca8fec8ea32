import type { CaseContent, Grammar } from '../case.ts';
import type { MessageRecord } from '../messages/trees.ts';
import { RECORD_SEPARATOR, writeJson, writeLength, writePack } from '../messages/write-record.ts';
import type { Random } from '../random.ts';
import { callGrammars } from './calls.ts';
import { jsonEnvelopeGrammar } from './json-envelope.ts';
import { packEnvelopeGrammar } from './pack-envelope.ts';

/** Methods of which one more digit would make a server work for long. */
const HEAVY = /Batch|Counter|People|FailAfter|SendMany|Slow/i;
const BITS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '1',
  '-',
  '.',
  'e',
  '+',
  ' ',
  '\n',
  'null',
  '\\u',
  '/',
  '//',
  "'",
  '\u0000',
  '\u001e',
  '\u2028',
  '\ufeff',
  'ä',
  '\u{1F600}',
  '""',
  '{}',
];

function mutateText(random: Random, text: string): string {
  const at = random.int(text.length + 1);
  const [start, end] = [text.slice(0, at), text.slice(at)];
  switch (random.int(5)) {
    case 0:
      return start + end.slice(random.between(1, 3));
    case 1:
      return start + random.pick(BITS) + end;
    case 2:
      return start + random.pick(BITS) + end.slice(1);
    case 3:
      return start + end.slice(0, random.between(1, 12)) + end;
    default:
      return start;
  }
}

function mutateBytes(random: Random, bytes: readonly number[]): number[] {
  const at = random.int(bytes.length);
  const byte = bytes[at] ?? 0;
  switch (random.int(6)) {
    case 0:
      return bytes.toSpliced(at, 1);
    case 1:
      return bytes.toSpliced(at, 0, random.int(256));
    case 2:
      return bytes.with(
        at,
        random.pick([0xc0, 0xc1, 0x90, 0x80, 0xa0, 0xd9, 0xcf, 0xcb, 0xff, 0x7f]),
      );
    case 3:
      return bytes.with(at, byte ^ (1 << random.int(8)));
    case 4:
      return bytes.slice(0, at);
    default:
      return bytes.with(at, random.int(256));
  }
}

function chooseSource(random: Random, grammars: readonly Grammar[]): CaseContent {
  for (;;) {
    const source = random.pick(grammars).generate(random);
    if (!HEAVY.test(JSON.stringify(source.steps))) return source;
  }
}

function mutateJson(random: Random, { json = '' }: MessageRecord): MessageRecord {
  const once = mutateText(random, writeJson(json));
  const text = random.chance(0.5) ? mutateText(random, once) : once;
  return { text: text + (random.chance(0.97) ? RECORD_SEPARATOR : '') };
}

function mutatePack(random: Random, { pack = '' }: MessageRecord): MessageRecord {
  const bytes = [...writePack(pack)];
  if (bytes.length === 0) return { hex: '00' };
  const mutated = Buffer.from(mutateBytes(random, bytes));
  return { hex: Buffer.concat([writeLength(mutated.length), mutated]).toString('hex') };
}

/** Creates a grammar of well-formed messages in which single characters or bytes are changed. */
function createGrammar(
  protocol: 'json' | 'messagepack',
  sources: readonly Grammar[],
  mutate: (random: Random, record: MessageRecord) => MessageRecord,
): Grammar {
  return {
    name: `${protocol}-mutation`,
    weight: 6,
    generate(random) {
      const source = chooseSource(random, sources);
      const records = source.steps[0]?.records?.map((record) => mutate(random, record)) ?? [];
      return { ...source, concurrent: true, steps: [{ records }] };
    },
  };
}

const [jsonCalls, packCalls] = callGrammars as [Grammar, Grammar];
export const mutationGrammars = [
  createGrammar('json', [jsonCalls, jsonEnvelopeGrammar], mutateJson),
  createGrammar('messagepack', [packCalls, packEnvelopeGrammar], mutatePack),
];
