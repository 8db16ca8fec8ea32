import type { Request } from 'express';

/** Both sides in one column, or next to each other. */
export type DiffView = 'unified' | 'split';

/** What a reader chose. The address contains all of it, so that a link shows the same page. */
export interface DiffChoice {
  /** The path at which the viewer is mounted, for example `/diff`. */
  readonly base: string;
  readonly view: DiffView;
  /** Show whole files instead of changes with three lines of context. */
  readonly whole: boolean;
  /** Include tests and README. */
  readonly all: boolean;
  /** Show the files of the lab. */
  readonly lab: boolean;
  /** The only file to show. Undefined: all files. */
  readonly file: string | undefined;
  /** The folder of the lessons. Undefined: the lessons of this repository. */
  readonly lessons: string | undefined;
}

/** Reads `?file=…&view=split&lines=whole&files=all&lab=show`. Other values select the default. */
export function diffChoice(request: Request, lessons: string | undefined): DiffChoice {
  const query = queryOf(request);
  return {
    base: request.baseUrl,
    view: query.get('view') === 'split' ? 'split' : 'unified',
    whole: query.get('lines') === 'whole',
    all: query.get('files') === 'all',
    lab: query.get('lab') === 'show',
    file: query.get('file') ?? undefined,
    lessons,
  };
}

/** Returns the address of a comparison. It contains only the choices that are not the default. */
export function diffHref(path: string, { base, view, whole, all, lab, file }: DiffChoice): string {
  const query = new URLSearchParams();
  if (file !== undefined) query.set('file', file);
  if (view !== 'unified') query.set('view', view);
  if (whole) query.set('lines', 'whole');
  if (all) query.set('files', 'all');
  if (lab) query.set('lab', 'show');
  const text = query.toString().replaceAll('%2F', '/');
  return `${base}/${path}${text === '' ? '' : `?${text}`}`;
}

/** Returns the query of a request. If a value is given more than once, the first one counts. */
export const queryOf = (request: Request): URLSearchParams =>
  new URL(request.originalUrl, 'http://localhost').searchParams;
