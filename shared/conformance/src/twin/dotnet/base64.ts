const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads base64 as System.Text.Json does: white space is ignored, everything else is strict, also
 * the unused bits at the end. Returns undefined if the text is not base64.
 */
export function readBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(digits, 'base64');
  const isValid = BASE64.test(digits) && bytes.toString('base64') === digits;
  return isValid ? bytes : undefined;
}
