import { describeRequest, type ObservedRequest, type RequestFacts } from './observed-request.ts';

type Observer = (request: ObservedRequest) => void;

const observers = new Set<Observer>();
let number = 0;

/**
 * Tells of every HTTP request of the page, those of WebSockets and EventSources included: once when it starts, and
 * again, with the same object, when its status or its failure is known. Requests carry no token.
 * @returns ends the observation.
 * @example
 * const rows: ObservedRequest[] = [];
 * const end = observeRequests((request) => rows.includes(request) || rows.push(request));
 */
export function observeRequests(observer: Observer): () => void {
  observers.add(observer);
  return () => void observers.delete(observer);
}

/** A request of the page begins. */
export function requestStarts(facts: RequestFacts): ObservedRequest {
  const request = describeRequest(
    { ...facts, url: new URL(facts.url, location.href).href },
    ++number,
    performance.now(),
  );
  for (const observer of observers) observer(request);
  return request;
}

/** Its status is known, or undefined when it failed. */
export function requestEnds(request: ObservedRequest, status: number | undefined): void {
  if (request.status !== undefined || request.failed === true) return;
  if (status === undefined) request.failed = true;
  else request.status = status;
  for (const observer of observers) observer(request);
}
