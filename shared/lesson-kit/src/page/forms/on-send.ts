import { showState } from '../show-state.ts';
import { errorMessage } from './error-message.ts';

/**
 * Sends the text of a form's field when the form is submitted. Blank messages are not sent, a
 * second submit during a send is ignored (a double click sends once), and the result is shown in
 * the badge `#sent`.
 * @param form selector of the form, which has one text field.
 * @example onSend('#form', (message) => connection.invoke('SendMessageToAll', message));
 */
export function onSend(form: string, send: (message: string) => Promise<unknown>): void {
  const element = document.querySelector<HTMLFormElement>(form)!;
  const field = element.querySelector<HTMLTextAreaElement>('textarea, input')!;
  let isSending = false;
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    field.focus();
    if (isSending) return;
    const message = field.value;
    if (message.trim() === '') {
      showState('warn', 'Write a message first.', '#sent');
      return;
    }
    isSending = true;
    try {
      await send(message);
      showState('good', 'The hub method has finished.', '#sent');
      if (field.value === message) field.value = '';
    } catch (error) {
      showState('bad', errorMessage(error), '#sent');
    } finally {
      isSending = false;
    }
  });
}
