import { describeRequest, type ObservedRequest, type RequestFacts } from './observed-request.ts';

type Observer = (request: ObservedRequest) => void;

const observers = new Set<Observer>();
let number = 0;

/**
 * Calls `onRequest` for every HTTP request of the page, including those of WebSockets and
 * EventSources: when it starts, and again, with the same object, when its status or its failure is
 * known. The objects contain no token.
 * @returns a function that stops the observation.
 * @example
 * const rows: ObservedRequest[] = [];
 * const end = observeRequests((request) => rows.includes(request) || rows.push(request));
 */
export function observeRequests(observer: Observer): () => void {
  observers.add(observer);
  return () => void observers.delete(observer);
}

/** Notifies the observers that a request starts. */
export function requestStarts(facts: RequestFacts): ObservedRequest {
  const request = describeRequest(
    { ...facts, url: new URL(facts.url, location.href).href },
    ++number,
    performance.now(),
  );
  for (const observer of observers) observer(request);
  return request;
}

/** Notifies the observers of a status, or of a failure if it is undefined. */
export function requestEnds(request: ObservedRequest, status: number | undefined): void {
  if (request.status !== undefined || request.failed === true) return;
  if (status === undefined) request.failed = true;
  else request.status = status;
  for (const observer of observers) observer(request);
}
