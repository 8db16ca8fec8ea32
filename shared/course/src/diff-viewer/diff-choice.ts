import type { Request } from 'express';

/** Both sides in one column, or beside each other. */
export type DiffView = 'unified' | 'split';

/** What a reader chose. All of it is in the address, so that a link shows the same to everybody. */
export interface DiffChoice {
  /** Where the viewer is mounted, for example `/diff`. */
  readonly base: string;
  readonly view: DiffView;
  /** Whole files; else changes with three lines around them. */
  readonly whole: boolean;
  /** Tests and README too; else what a lesson is about. */
  readonly all: boolean;
  /** One file alone; else all files below each other. */
  readonly file: string | undefined;
  /** The folder of the lessons; undefined: this repository's. */
  readonly lessons: string | undefined;
}

/** Reads `?file=…&view=split&lines=whole&files=all`; what is none of these is the default. */
export function diffChoice(request: Request, lessons: string | undefined): DiffChoice {
  const query = queryOf(request);
  return {
    base: request.baseUrl,
    view: query.get('view') === 'split' ? 'split' : 'unified',
    whole: query.get('lines') === 'whole',
    all: query.get('files') === 'all',
    file: query.get('file') ?? undefined,
    lessons,
  };
}

/** The address of a comparison as chosen; only what is not the default is in it. */
export function diffHref(path: string, { base, view, whole, all, file }: DiffChoice): string {
  const query = new URLSearchParams();
  if (file !== undefined) query.set('file', file);
  if (view !== 'unified') query.set('view', view);
  if (whole) query.set('lines', 'whole');
  if (all) query.set('files', 'all');
  const text = query.toString().replaceAll('%2F', '/');
  return `${base}/${path}${text === '' ? '' : `?${text}`}`;
}

/** The query of a request, each value as text however often it is given. */
export const queryOf = (request: Request): URLSearchParams =>
  new URL(request.originalUrl, 'http://localhost').searchParams;
