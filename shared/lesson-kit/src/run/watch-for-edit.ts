import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { isServerFile, watchedPaths } from '../serve/server-files.ts';

/** A watch for the next edit of the code of a lesson's server. */
export interface EditWatch {
  /** Resolves at the first edit. */
  readonly edited: Promise<void>;
  stop(): void;
}

/**
 * Watches the code of the server of the lesson in `folder`, for a lesson that does not run and so
 * cannot watch it itself.
 * @example
 * const editing = watchForEdit(folder);
 * await editing.edited;
 * editing.stop();
 */
export function watchForEdit(folder: string): EditWatch {
  const stopped = new AbortController();
  const { signal } = stopped;
  const edited = new Promise<void>((resolve) => {
    for (const path of watchedPaths(folder).filter((each) => existsSync(each))) {
      const watcher = watch(path, { recursive: true, signal }, (_event, name) => {
        // A watched file reports its own name.
        if (isServerFile(folder, path.endsWith('.ts') ? path : join(path, name ?? ''))) resolve();
      });
      watcher.on('error', () => undefined); // the system has no more watches
    }
  });
  return { edited, stop: () => stopped.abort() };
}
