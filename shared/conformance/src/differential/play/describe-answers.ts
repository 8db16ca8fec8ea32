import type { Case } from '../case.ts';
import { type Channel, LAST_ID, type SentRequest } from './channel.ts';
import { readMessage, type ReceivedMessage } from './read-message.ts';

/** Message types that depend on timing: pings and acknowledgements. */
const UNCOMPARED = new Set<unknown>([6, 8]);

/** Describes a response in one line. */
export function describeRequest({ name, step, response }: SentRequest): string {
  if (response === undefined) return `${name}: waits`;
  const { status, headers, body, error } = response;
  if (error !== undefined) return `${name}: ${error}`;
  const isPoll = step.polls !== undefined && status === 200;
  return `${name}: ${status} ${JSON.stringify(headers)} ${isPoll ? '' : body.toString('utf8')}`;
}

interface Line {
  /** Only the order of lines with the same key counts if calls run concurrently. */
  readonly key: string;
  readonly line: string;
}

/** Describes all messages of all connections, one line each, and how the connections closed. */
export function describeMessages(test: Case, channels: ReadonlyMap<string, Channel>): string[] {
  return [...channels].flatMap(([name, channel]) => {
    const prefix = channels.size > 1 ? `${name}: ` : '';
    const lines = describeInbox(channel.inbox.messages);
    const ordered = test.concurrent === true ? sortByKey(lines) : lines;
    const end = describeEnd(test, channel);
    return [...ordered.map(({ line }) => line), ...end].map((line) => prefix + line);
  });
}

function describeInbox(messages: readonly ReceivedMessage[]): Line[] {
  let questions = 0;
  return messages.flatMap((message): Line[] => {
    const { type, id, target, value } = readMessage(message);
    if (id === LAST_ID || UNCOMPARED.has(type)) return [];
    const key = String(type === 1 ? target : (id ?? ''));
    const text = message.text ?? `${message.hex} ${JSON.stringify(value)}`;
    if (type !== 1 || typeof id !== 'string') return [{ key, line: text }];
    questions++;
    return [{ key, line: replaceId(text, id, `<ask ${questions}>`) }];
  });
}

/** Replaces the id of a client result, also in hexadecimal bytes together with its length. */
function replaceId(text: string, id: string, name: string): string {
  const hex = Buffer.from(id).toString('hex');
  return text.replace(new RegExp(`..${hex}`), name).replace(`"${id}"`, `"${name}"`);
}

const sortByKey = (lines: readonly Line[]): Line[] =>
  lines.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));

function describeEnd(test: Case, { inbox, webSocket, hasEnded }: Channel): string[] {
  if (inbox.closed !== undefined) return [inbox.closed];
  const isUnanswered = webSocket !== undefined && test.noBarrier !== true && hasEnded !== true;
  return isUnanswered ? ['no answer to the last call'] : [];
}
