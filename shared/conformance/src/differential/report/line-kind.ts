/** The kind of answer that a line describes. */
export interface LineKind {
  readonly text: string;
  /** Where two lines of the same kind may differ. */
  readonly detail: string;
  readonly id?: string | undefined;
  readonly isResult: boolean;
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Removes quoted names and numbers from an error message. */
const simplify = (text: unknown): string =>
  asText(text)
    .replaceAll(/'[^']*'/g, "'X'")
    .replaceAll(/<[\w. ]+>/g, '<id>')
    .replaceAll(/-?\d+(?:\.\d+)?/g, '#')
    .replace(/(HubException|InvalidOperationException): .*/s, '$1: …')
    .slice(0, 220);

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length > 0 ? `array of ${shapeOf(value[0])}` : 'array';
  if (typeof value !== 'object') return typeof value;
  const key = Object.keys(value as object)[0] ?? '';
  return key.startsWith('$') ? key.slice(1) : 'object';
}

export function describeLine(line: string): LineKind {
  const json = /^(?:\w+: )?(\{.*\})$/s.exec(line)?.[1];
  const pack = /^(?:\w+: )?(?:[\da-f]{2})+(?:<ask \d+>[\da-f]*)? (\[.*\])$/s.exec(line)?.[1];
  try {
    if (json !== undefined) return describeJson(JSON.parse(json) as Record<string, unknown>, json);
    if (pack !== undefined) return describePack(JSON.parse(pack) as unknown[], line);
  } catch {
    // The line is described as text.
  }
  return { text: simplify(line), detail: line, isResult: false };
}

function describeJson(value: Record<string, unknown>, json: string): LineKind {
  const { type, error, result, item, target, allowReconnect } = value;
  const id = value['invocationId'] as string | undefined;
  if (type === undefined && error !== undefined)
    return { text: `handshake error ${simplify(error)}`, detail: json, isResult: false };
  if (type === 7) return describeClose(error, allowReconnect, json);
  const kind = { 1: 'call', 2: 'item', 3: 'completion' }[type as 1] ?? simplify(json);
  if (type === 1) return { text: `call of ${asText(target)}`, detail: json, isResult: false };
  return describeCompletion(kind, {
    id,
    error,
    value: 'item' in value ? item : result,
    detail: json,
  });
}

function describePack(value: readonly unknown[], line: string): LineKind {
  const [type, , id, third, fourth] = value;
  if (type === 7) return describeClose(value[1] ?? undefined, value[2], line);
  if (type === 1) return { text: `call of ${asText(third)}`, detail: line, isResult: false };
  const content = { id: asText(id), detail: line };
  if (type === 2) return describeCompletion('item', { ...content, value: third });
  if (type !== 3) return { text: `message ${asText(type)}`, detail: line, isResult: false };
  if (third === 1) return describeCompletion('completion', { ...content, error: fourth });
  return describeCompletion('completion', { ...content, value: fourth });
}

const describeClose = (error: unknown, allowReconnect: unknown, detail: string): LineKind => ({
  text: `close ${error === undefined ? '' : simplify(error)}${allowReconnect === true ? ' allowReconnect' : ''}`,
  detail,
  isResult: false,
});

function describeCompletion(
  kind: string,
  content: { id: string | undefined; detail: string; error?: unknown; value?: unknown },
): LineKind {
  const { id, detail, error, value } = content;
  if (error !== undefined)
    return { text: `error ${simplify(error)}`, detail: asText(error), id, isResult: false };
  if (value === undefined) return { text: kind, detail, id, isResult: false };
  return {
    text: `${kind === 'item' ? 'item' : 'result'} ${shapeOf(value)}`,
    detail,
    id,
    isResult: true,
  };
}
