/** An HTTP endpoint for some events of clients. Source: "Upstream endpoints" of the service's documentation. */
export interface UpstreamTemplate {
  /** `{hub}`, `{category}` and `{event}` are filled in. */
  readonly urlTemplate: string;
  /** Names with commas between them, or `*`. Default `*`. */
  readonly hubPattern?: string;
  /** The same for `connections` and `messages`. */
  readonly categoryPattern?: string;
  /** The same for `connected`, `disconnected` and the targets of calls. */
  readonly eventPattern?: string;
}

/** What has happened to a client. */
export interface UpstreamEvent {
  readonly hub: string;
  readonly category: 'connections' | 'messages';
  readonly event: string;
}

const matches = (pattern: string | undefined, name: string): boolean =>
  pattern === undefined ||
  pattern
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some((one) => one === '*' || one === name.toLowerCase());

/** Where an event goes: to the first template whose patterns fit; undefined: nowhere. */
export function upstreamUrl(
  templates: readonly UpstreamTemplate[],
  { hub, category, event }: UpstreamEvent,
): string | undefined {
  const found = templates.find(
    ({ hubPattern, categoryPattern, eventPattern }) =>
      matches(hubPattern, hub) &&
      matches(categoryPattern, category) &&
      matches(eventPattern, event),
  );
  const parts: Record<string, string> = { hub, category, event };
  // Clients choose names of events: no encoding keeps these two from being a step in the path.
  if ((event === '.' || event === '..') && found?.urlTemplate.includes('{event}') === true)
    return undefined;
  return found?.urlTemplate.replace(/\{(hub|category|event)\}/g, (_all, name: string) =>
    encodeURIComponent(parts[name] as string),
  );
}
