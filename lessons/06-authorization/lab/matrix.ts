import { onPress, showState, startAndShowResult } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { HUBS, TOKENS, TRANSPORTS } from './choices.ts';

const CONNECTIONS = Object.keys(TOKENS).length * Object.keys(TRANSPORTS).length * HUBS.length;

interface MatrixRow {
  readonly transport: string;
  readonly token: string;
  readonly cells: readonly HTMLElement[];
}

/** Adds a row. Its button shows and hides the requests of its connections. */
function addRow(table: string, token: string, transport: string, isOpen: boolean): MatrixRow {
  const row = document.querySelector<HTMLTableSectionElement>(`${table} tbody`)!.insertRow();
  const name = document.createElement('th');
  name.scope = 'row';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = token === 'valid' ? transport : `${transport}, ${token} token`;
  const open = (isNowOpen: boolean): void => {
    row.classList.toggle('folded', !isNowOpen);
    button.setAttribute('aria-expanded', String(isNowOpen));
  };
  button.addEventListener('click', () => open(row.classList.contains('folded')));
  open(isOpen);
  name.append(button);
  row.append(name);
  return { transport, token, cells: HUBS.map(() => row.insertCell()) };
}

/** Connects once, shows the result, and disconnects. */
async function fillCell(row: MatrixRow, hub: string, cell: HTMLElement): Promise<void> {
  const accessTokenFactory = (): string | Promise<string> => TOKENS[row.token]!();
  const connection = new HubConnectionBuilder()
    .withUrl(`/lab/${hub}/messages`, { ...TRANSPORTS[row.transport], accessTokenFactory })
    .configureLogging(LogLevel.None)
    .build();
  await startAndShowResult(connection, cell);
  await connection.stop();
}

/** Fills the two tables of the matrix when the button is pressed. */
export function prepareMatrix(): void {
  const rows: MatrixRow[] = [];
  for (const token of Object.keys(TOKENS)) {
    const table = token === 'valid' ? '#matrix' : '#matrix-of-other-tokens';
    for (const transport of Object.keys(TRANSPORTS)) {
      rows.push(addRow(table, token, transport, rows.length === 0));
    }
  }
  const run = async (): Promise<void> => {
    let done = 0;
    for (const row of rows) {
      for (const [index, hub] of HUBS.entries()) {
        await fillCell(row, hub, row.cells[index]!);
        done += 1;
        showState('warn', `${done} of ${CONNECTIONS} connections`, '#progress');
      }
    }
    showState('good', `Done: ${CONNECTIONS} connections`, '#progress');
  };
  onPress('#run', run, '#progress');
}
