import { errorMessage } from '../forms/error-message.ts';

/** A page's connection to the control panel of its lesson. */
export interface ControlPanelConnection<TPanel> {
  /**
   * Sends a command, or only asks for the current state, and draws the result.
   * @throws Error with the message of the server if the command fails.
   */
  readonly change: (command?: object) => Promise<TPanel>;
  /**
   * Sends a command when a button is pressed or a field is changed. An error is shown in
   * `#problem`.
   */
  readonly onUse: (control: HTMLElement, command: () => object) => void;
}

/** The time in ms between two requests for the current state. */
const INTERVAL = 1000;

/**
 * Draws the state that the server reports at `/control-panel`: after each command, and once a
 * second while the page is visible.
 * @example const { change, onUse } = connectControlPanel<ControlPanel>(draw);
 */
export function connectControlPanel<TPanel>(
  draw: (panel: TPanel) => void,
): ControlPanelConnection<TPanel> {
  /** The number of the latest request; results of older ones are not drawn. */
  let latest = 0;

  const change = async (command?: object): Promise<TPanel> => {
    latest += 1;
    const number = latest;
    const options = command && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    };
    const response = await fetch('/control-panel', options);
    if (!response.ok) throw new Error(await response.text());
    const panel = (await response.json()) as TPanel;
    if (number === latest) draw(panel);
    return panel;
  };

  const look = async (): Promise<void> => {
    // The state of the connection shows a server that has stopped.
    if (!document.hidden) await change().catch(() => undefined);
    setTimeout(look, INTERVAL);
  };
  queueMicrotask(look); // after the lesson's own code has run

  return {
    change,
    onUse(control, command) {
      const problem = document.querySelector<HTMLElement>('#problem')!;
      const event = control instanceof HTMLButtonElement ? 'click' : 'change';
      let isRunning = false;
      control.addEventListener(event, async () => {
        if (isRunning) return;
        isRunning = true;
        problem.hidden = true;
        try {
          await change(command());
        } catch (error) {
          problem.hidden = false;
          problem.textContent = errorMessage(error);
        } finally {
          isRunning = false;
        }
      });
    },
  };
}
