/**
 * Adds a row to a table of outcomes: a button that runs `attempt`, and its result: the returned
 * string, or the message of the error. Only one run at a time is possible.
 * @param table selector of the `<tbody>`.
 * @example
 * const attempt = async () => String(await connection.invoke('Nope'));
 * addExperiment('#failures', 'unknown method', attempt);
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
