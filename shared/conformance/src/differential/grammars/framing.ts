import type { Grammar, Step } from '../case.ts';
import { createRecord } from '../messages/neutral-message.ts';
import type { MessageRecord, Protocol } from '../messages/trees.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import type { Random } from '../random.ts';

const BAD_JSON = [
  '',
  '{',
  'x',
  '{}',
  '[]',
  'null',
  '1',
  '"a"',
  ' ',
  '{"type":1}',
  '{"type":6}{"type":6}',
];
const BAD_PACK = ['0191', '0190', '01c0', '0106', '8000', '029106ff', 'ffffffffff', '03920600'];
const CLOSE_CODES = [1000, 1001, 3000, 4999];

function createCall(
  random: Random,
  protocol: Protocol,
  id: string,
  isNearLimit: boolean,
): MessageRecord {
  const filler = random.pick(['x', 'ä', '漢', '\u{1F600}']);
  // The hub /small has a limit of 1,024 bytes.
  const size = isNearLimit ? 950 + random.int(60) : random.pick([0, 1, 50, 130, 300]);
  const text = filler.repeat(Math.floor(size / Buffer.byteLength(filler)));
  return createRecord(protocol, { type: 1, id, target: 'EchoString', args: [text] });
}

function createSteps(
  random: Random,
  protocol: Protocol,
  isSmall: boolean,
  calls: Record<string, string>,
): Step[] {
  const records = random.times(1, 4, (i): MessageRecord => {
    if (random.chance(0.12)) return createRecord(protocol, { type: 6 });
    if (random.chance(0.15)) {
      return protocol === 'json'
        ? { text: random.pick(BAD_JSON) + RECORD_SEPARATOR }
        : { hex: random.pick(BAD_PACK) };
    }
    calls[String(i)] = 'EchoString';
    return createCall(random, protocol, String(i), isSmall && random.chance(0.6));
  });
  const cuts = random.chance(0.6) ? random.times(1, 4, () => random.int(4000)) : [];
  const binary = random.chance(0.25) ? random.chance(0.5) : protocol !== 'json';
  const steps: Step[] = [{ records, cuts, fragments: random.chance(0.4), binary }];
  if (random.chance(0.1)) steps.push({ closeCode: random.pick(CLOSE_CODES) });
  return steps;
}

/**
 * Records in all kinds of WebSocket messages: several in one, one in several, in fragments, near
 * the size limit.
 */
export const framingGrammars = (['json', 'messagepack'] as const).map((protocol): Grammar => ({
  name: `${protocol}-framing`,
  weight: 2.5,
  generate(random) {
    const calls: Record<string, string> = {};
    const isSmall = random.chance(0.35);
    const hub = isSmall ? '/small' : random.pick(['/conformance', '/conformance-detailed']);
    return { protocol, hub, calls, steps: createSteps(random, protocol, isSmall, calls) };
  },
}));
