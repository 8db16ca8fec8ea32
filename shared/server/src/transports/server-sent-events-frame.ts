/**
 * Returns one event of an event stream.
 * Source: TransportProtocols.md, "Server-Sent Events"; HTML standard, section 9.2.
 */
export function serverSentEventsFrame(payload: string | Uint8Array): Buffer {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8');
  // Only a custom payload serializer writes line feeds. The client joins the lines again.
  const lines = text.includes('\n') ? text.replace(/\r?\n/g, '\r\ndata: ') : text;
  return Buffer.from(`data: ${lines}\r\n\r\n`);
}
