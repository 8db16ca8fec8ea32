/**
 * Adds a row to a table of outcomes: a button that runs `attempt`, and beside it what came of it: the text that the
 * attempt returns, or the message of the error that it rejects with. One run at a time.
 * @param table selector of the `<tbody>`.
 * @example addExperiment('#failures', 'unknown method', async () => String(await connection.invoke('Nope')));
 */
export function addExperiment(table: string, name: string, attempt: () => Promise<string>): void {
  const row = document.querySelector<HTMLTableSectionElement>(table)!.insertRow();
  const button = document.createElement('button');
  button.textContent = name;
  row.insertCell().append(button);
  const result = row.insertCell();
  result.setAttribute('aria-live', 'polite');
  let running = false;
  button.addEventListener('click', async () => {
    if (running) return;
    running = true;
    result.textContent = '…';
    try {
      result.textContent = await attempt();
    } catch (error) {
      result.textContent = error instanceof Error ? error.message : String(error);
    }
    running = false;
  });
}
