// In a <textarea enterkeyhint="send"> Enter submits the form, Shift+Enter makes a new line; not while an input method composes.
document.addEventListener('keydown', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || field.enterKeyHint !== 'send') return;
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field.form?.requestSubmit();
});
