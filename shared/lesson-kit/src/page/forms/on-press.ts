import { showState } from '../show-state.ts';
import { errorMessage } from './error-message.ts';

/**
 * Runs an action when a button is pressed. Presses during a run are ignored, and an error is shown
 * in a badge.
 * @param button selector of the button.
 * @param badge selector of the badge for errors; default: the connection's state in the bar.
 * @example onPress('#join', () => connection.invoke('JoinGroup', 'PrivateGroup'), '#joined');
 */
export function onPress(button: string, action: () => unknown, badge = '#state'): void {
  let isRunning = false;
  document.querySelector(button)!.addEventListener('click', async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await action();
    } catch (error) {
      showState('bad', errorMessage(error), badge);
    } finally {
      isRunning = false;
    }
  });
}
