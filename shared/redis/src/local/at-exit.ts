const calls = new Set<() => void>();

/**
 * Calls `action` when this process exits. Returns a function that takes this back. Any number of
 * actions share one listener of the process, because Node warns about the eleventh.
 */
export function atExit(action: () => void): () => void {
  if (calls.size === 0) process.on('exit', callAll);
  calls.add(action);
  return () => {
    calls.delete(action);
    if (calls.size === 0) process.off('exit', callAll);
  };
}

function callAll(): void {
  for (const action of calls) action();
}
