/** Processes all items, a limited number of them at the same time. */
export async function runInLanes<T>(
  items: Iterable<T>,
  lanes: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const runLane = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next())
      await run(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
}
