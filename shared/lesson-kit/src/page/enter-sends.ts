// In a <textarea enterkeyhint="send">, Enter submits the form, and Shift+Enter inserts a line
// break. An input method that composes a character gets the key instead.
document.addEventListener('keydown', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || field.enterKeyHint !== 'send') return;
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field.form?.requestSubmit();
});
