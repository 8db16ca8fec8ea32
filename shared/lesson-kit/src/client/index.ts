import { WirePanel } from './wire-panel.ts';

customElements.define('wire-panel', WirePanel);

export { typed, type TypedConnection } from '@practical-signalr/server/client';
export { redact } from './redact.ts';
export { WireLog, type WireEntry } from './wire-log.ts';
