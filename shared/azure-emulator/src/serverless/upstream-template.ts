/**
 * An HTTP endpoint for events of clients.
 * Source: "Upstream endpoints" of the service's documentation.
 */
export interface UpstreamTemplate {
  /** The URL. `{hub}`, `{category}` and `{event}` are replaced. */
  readonly urlTemplate: string;
  /** The hubs: names separated by commas, or `*`. Default: `*`. */
  readonly hubPattern?: string;
  /** The categories: `connections`, `messages`, or `*`. Default: `*`. */
  readonly categoryPattern?: string;
  /** The events: `connected`, `disconnected`, targets of calls, or `*`. Default: `*`. */
  readonly eventPattern?: string;
}

/** An event of a client. */
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

/**
 * Returns the URL of the first template whose patterns match the event. Undefined if none matches.
 */
export function upstreamUrl(
  templates: readonly UpstreamTemplate[],
  { hub, category, event }: UpstreamEvent,
): string | undefined {
  const template = templates.find(
    ({ hubPattern, categoryPattern, eventPattern }) =>
      matches(hubPattern, hub) &&
      matches(categoryPattern, category) &&
      matches(eventPattern, event),
  );
  const parts: Record<string, string> = { hub, category, event };
  // Clients choose the names of events. No encoding prevents these two from changing the path.
  if ((event === '.' || event === '..') && template?.urlTemplate.includes('{event}') === true)
    return undefined;
  return template?.urlTemplate.replace(/\{(hub|category|event)\}/g, (_all, name: string) =>
    encodeURIComponent(parts[name] as string),
  );
}
