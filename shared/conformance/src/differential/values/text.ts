import type { Random } from '../random.ts';

/** Characters that writers of JSON treat differently. */
const SPECIAL = [
  '\u0000\u0001\b\t\n\u000b\f\r\u001e\u001f "&\'+/<>\\`\u007f\u0080\u0085\u009f\u00a0\u00ad\u034f',
  '\u0378\u0600\u061c\u06dd\u115f\u1680\u180e\u200b\u200d\u2028\u2029\u202e\u202f\u2060\u206f\u2072',
  '\u3000\u3164\ud7ff\ue000\uf8ff\ufdd0\ufe0f\ufeff\uffa0\ufff9\ufffc\ufffd\ufffe\uffff',
  'éßﬁİıǆΩ漢\u{1F600}\u{10000}\u{1D11E}\u{E0001}\u{F0000}\u{10FFFF}\u{2FA1D}',
].flatMap((part) => Array.from(part));

function character(random: Random): string {
  const kind = random.int(12);
  if (kind < 5) return random.pick(SPECIAL);
  if (kind < 8) return String.fromCharCode(random.between(0x20, 0x7e));
  if (kind === 8) return String.fromCodePoint(random.between(0x1_0000, 0x10_ffff));
  const code = random.int(0x1_0000);
  return code >= 0xd800 && code < 0xe000 ? 'x' : String.fromCharCode(code);
}

export const createText = (random: Random, maximum = 6): string =>
  random.times(0, maximum, () => character(random)).join('');

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '/': '\\/',
};
const WRONG = [
  '\\x41',
  '\\u12',
  '\\u{41}',
  '\\',
  "\\'",
  '\\0',
  '\\v',
  '\n',
  '\t',
  '\u0000',
  '"',
  '\\ud800',
  '\\udc00',
  '\\udc00\\ud800',
  '\\ud83d',
  '\\ud83dx',
  '\\uD83D\\u0041',
];

/**
 * Writes a JSON string in one of its spellings. A share of the characters, `mistakes`, is preceded
 * by an error.
 */
export function spellString(random: Random, value: string, mistakes = 0.02): string {
  const spelled = Array.from(value).map((one) => {
    const mistake = random.chance(mistakes) ? random.pick(WRONG) : '';
    return mistake + spellCharacter(random, one);
  });
  return `"${spelled.join('')}"`;
}

function spellCharacter(random: Random, one: string): string {
  const units = one.split('').map((half) => unit(half.charCodeAt(0)));
  const mustEscape = one === '"' || one === '\\' || one < ' ';
  const short = SHORT[one];
  return random.weighted([
    [mustEscape ? 0 : 6, one],
    [short === undefined ? 0 : 4, short ?? one],
    [2, units.join('')],
    [1, units.join('').replace(/[\da-f]{4}/g, (digits) => digits.toUpperCase())],
  ]);
}
