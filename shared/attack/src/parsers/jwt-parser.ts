import { isUtf8 } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { jwtBearer } from '@practical-signalr/server';
import jwt from 'jsonwebtoken';
import type { FuzzedParser } from '../fuzzing/fuzzed-parser.ts';
import { documentedCode } from '../fuzzing/documented-codes.ts';

const key = 'a key for tests alone, 32 bytes or more of it';
/** Returns the `exp` of the tokens in the corpus, which are signed when the parser starts. */
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

const token = (claims: string): readonly Buffer[] => [
  Buffer.from(['{"alg":"HS256"}', claims, 'x'].map((part) => base64(part)).join('.')),
];
/** Returns the token of a header and claims that are separated by `|`, with a valid signature. */
function signed(input: string): string {
  const content = input.split('|').map(base64).join('.');
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

/** Access tokens of callers: from the Authorization header to the claims. */
export const jwtParser: FuzzedParser = {
  name: 'jwt',
  description: 'access tokens (JWT)',
  inputsInTest: 3000,
  // Tokens over 16,384 characters are refused.
  sizes: [1500, 12_000],
  growing: {
    'long claims': (size) => token(`{"sub":"${'a'.repeat(size * 0.7)}"}`),
    'deep nesting': (size) => token('['.repeat(size * 0.7)),
    'many dots': (size) => [Buffer.from('.'.repeat(size))],
    'many spaces': (size) => [Buffer.from(`${' '.repeat(size)}x`)],
    'many spaces before a line separator': (size) => [Buffer.from(`${' '.repeat(size)}\u2028`)],
    'many equals signs': (size) => [Buffer.from(`e.${'='.repeat(size)}.e`)],
  },
  start() {
    const fixed = jwtBearer({ key });
    const found = jwtBearer({ key: () => key, algorithms: ['HS256'] });
    const valid = jwt.sign({ sub: 'ann', exp: inAnHour() }, key).split('.');
    return {
      async parse(chunks) {
        const input = decode(Buffer.concat(chunks));
        // A part '$n' of an input is replaced by the part of a valid token.
        const text = input.startsWith('!')
          ? signed(input.slice(1))
          : input.replace(/\$([012])/g, (_, part: string) => valid[Number(part)] ?? '');
        const request = requestWith(`Bearer ${text}`);
        const results = await Promise.all(
          [fixed, found].map(async (handler) => {
            const { ticket, failure } = await handler.authenticate(request);
            const headers = await handler.challenge?.(request, failure);
            const challenge = headers?.['WWW-Authenticate'] ?? '';
            if (/[^\x20-\x7e]/.test(challenge)) throw new Error('The challenge is not one line.');
            if (ticket !== undefined) return 'ticket';
            return failure === undefined ? 'nothing' : documentedCode(failure);
          }),
        );
        return results.join(', ');
      },
    };
  },
};

/** Decodes a header as the server does: as UTF-8 if it is valid, otherwise as Latin-1. */
function decode(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}

type Context = Parameters<ReturnType<typeof jwtBearer>['authenticate']>[0];

function requestWith(authorization: string): Context {
  const query = { get: () => undefined, getAll: () => [], values: () => [], has: () => false };
  return {
    request: {
      path: '/hub',
      query: query as unknown as Context['request']['query'],
      params: {},
      headers: { authorization },
      remoteAddress: undefined,
    },
    httpRequest: {} as IncomingMessage,
    socket: undefined,
  };
}
