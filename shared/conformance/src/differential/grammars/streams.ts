import type { Grammar, Step } from '../case.ts';
import { createRecord, type NeutralMessage, type Plain } from '../messages/neutral-message.ts';
import type { Protocol } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import * as methods from '../values/methods.ts';

type Calls = Record<string, string>;
type Send = (message: NeutralMessage) => Step;

const CLEAN: Readonly<Record<string, readonly Plain[]>> = {
  count: [0, 1, 2, 3, 5],
  string: ['a', 'ä', 'two'],
  int: [1, -5, 7],
  id: ['«id»'],
};
const ODD: Readonly<Record<string, readonly Plain[]>> = {
  count: [-1, 'x', null],
  string: ['', null, 1],
  int: [null, 'x', 1.5],
  id: ['nobody', null],
};
const createArgument = (random: Random, type: string): Plain =>
  random.pick((random.chance(0.12) ? ODD : CLEAN)[type] ?? [null]);

const addition: NeutralMessage = { type: 1, id: 'z', target: 'Add', args: [1, 2] };

function createStreams(random: Random, send: Send, calls: Calls): Step[] {
  const steps: Step[] = [];
  const count = random.between(1, 3);
  for (let i = 1; i <= count; i++) {
    const [target, types] = random.pick(Object.entries(methods.streamMethods));
    const id = random.chance(0.1) ? '1' : String(i);
    calls[id] = target;
    const args = types.map((type) => createArgument(random, type));
    const message = { type: random.chance(0.06) ? 1 : 4, id, target, args };
    steps.push(send(random.chance(0.06) ? { ...message, streams: ['s'] } : message));
    if (target.startsWith('Forever') || random.chance(0.25))
      steps.push({ wait: 15 }, send({ type: 5, id: random.chance(0.9) ? id : 'other' }));
    if (random.chance(0.15)) {
      calls['z'] = 'Add';
      steps.push(send(addition));
    }
  }
  return steps;
}

function createUploads(random: Random, send: Send, calls: Calls): Step[] {
  const [target, method] = random.pick(Object.entries(methods.uploadMethods));
  const ids = method.uploads.map((_, i) => `s${i}`);
  const streams = random.chance(0.9) ? ids : random.pick([[], ['s0'], ['s0', 's1'], ['s0', 's0']]);
  calls['1'] = target;
  const args = method.types.map((type) => createArgument(random, type));
  const isStream = (method.isStream === true) !== random.chance(0.05);
  const steps = [send({ type: isStream ? 4 : 1, id: '1', target, args, streams })];
  const items = random.between(0, 4);
  for (let i = 0; i < items; i++) {
    const at = random.int(Math.max(1, ids.length));
    const item = createArgument(random, method.uploads[at] ?? 'string');
    steps.push(send({ type: 2, id: random.chance(0.93) ? `s${at}` : 'other', item }));
  }
  for (const id of random.shuffle([...new Set(streams)])) {
    const end = random.weighted<NeutralMessage | undefined>([
      [7, { type: 3, id }],
      [2, { type: 3, id, error: 'up ä' }],
      [1, { type: 3, id, result: 5 }],
      [0.7, undefined],
      [0.7, { type: 5, id }],
    ]);
    if (end !== undefined) steps.push(send(end));
  }
  if (random.chance(0.12))
    steps.push(
      send(
        random.pick([
          { type: 2, id: 's0', item: 'late' },
          { type: 3, id: 's0' },
        ]),
      ),
    );
  return steps;
}

const ANSWERS: readonly Partial<NeutralMessage>[] = [
  { result: 'yes' },
  { result: 'yes' },
  { result: 5 },
  { result: 5 },
  { result: null },
  { result: 1.5 },
  { result: '5' },
  { result: true },
  { result: [] },
  { result: { a: 1 } },
  { error: 'no ä' },
  { error: '' },
  {},
  { result: 3000000000 },
];

function createQuestions(random: Random, send: Send, calls: Calls): Step[] {
  const [target, types] = random.pick(Object.entries(methods.askMethods));
  const count = random.pick([1, 1, 2]);
  const steps: Step[] = [];
  for (let i = 1; i <= count; i++) {
    calls[String(i)] = target;
    const args = types.map((type) => createArgument(random, type));
    steps.push(send({ type: 1, id: String(i), target, args }));
  }
  for (let answer = 0; answer < count; answer++) {
    if (random.chance(0.1)) steps.push(send({ type: 3, id: 'other', result: 1 }));
    const result = { type: 3, id: '«ask»', ...random.pick(ANSWERS) };
    steps.push({ ...send(result), answer });
    if (random.chance(0.1))
      steps.push({ ...send({ type: 3, id: '«ask»', result: 'again' }), answer });
  }
  return steps;
}

const KINDS = { streams: createStreams, uploads: createUploads, questions: createQuestions };

const createGrammar = (protocol: Protocol, kind: keyof typeof KINDS): Grammar => ({
  name: `${protocol}-${kind}`,
  weight: 2.5,
  generate(random) {
    const calls: Calls = {};
    const send: Send = (message) => ({ records: [createRecord(protocol, message)] });
    const steps = KINDS[kind](random, send, calls);
    const hub = random.pick(['/conformance', '/conformance-detailed', '/parallel']);
    return { protocol, hub, concurrent: true, calls, steps };
  },
});

/** Streams, uploads, cancellations and client results in any order, with small mistakes. */
export const streamGrammars = (['json', 'messagepack'] as const).flatMap((protocol) =>
  (['streams', 'uploads', 'questions'] as const).map((kind) => createGrammar(protocol, kind)),
);
