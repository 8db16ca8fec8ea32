import type { Case, Step } from '../case.ts';
import type { MessageRecord } from '../messages/trees.ts';
import { writeJson, writeRecord } from '../messages/write-record.ts';

const MAXIMUM_LENGTH = 700;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Shows invisible characters as ‹2028›, and cuts long texts. */
export function formatText(text: string): string {
  const visible = text.replaceAll(
    INVISIBLE,
    (one) => `‹${one.charCodeAt(0).toString(16).toUpperCase()}›`,
  );
  if (visible.length <= MAXIMUM_LENGTH) return visible;
  return `${visible.slice(0, MAXIMUM_LENGTH)} … (${visible.length} characters)`;
}

/** Formats the input of a case in one line. */
export function formatCase({ protocol, hub, query = '', headers, steps }: Case): string {
  const start = hub === undefined ? '' : `${protocol} ${hub}${query === '' ? '' : `?${query}`} `;
  const sent = headers === undefined ? '' : `${JSON.stringify(headers)} `;
  return (
    start +
    sent +
    steps
      .filter((step) => step.wait === undefined)
      .map(formatStep)
      .join(' → ')
  );
}

function formatStep(step: Step): string {
  const { on, records = [], path, then: _, learn: __, polls: ___, ...rest } = step;
  const { http, ws, sse, ...options } = rest;
  const action =
    http ?? (ws === undefined ? '' : 'WebSocket') + (sse === undefined ? '' : 'event stream');
  const more = Object.keys(options).length === 0 ? '' : JSON.stringify(options);
  const parts = [
    on === undefined ? '' : `${on}:`,
    action || 'send',
    path,
    more,
    records.map(formatRecord).join(' RS '),
  ];
  return formatText(parts.filter(Boolean).join(' '));
}

function formatRecord(record: MessageRecord): string {
  if (record.json !== undefined) return writeJson(record.json);
  return record.text ?? `bytes ${writeRecord(record).toString('hex')}`;
}
