import './enter-sends.ts';
import { linkNeighbours } from './link-neighbours.ts';
import { WirePanel } from './wire-panel.ts';

customElements.define('wire-panel', WirePanel);
linkNeighbours();

export { addOutcome } from './add-outcome.ts';
export { announce } from './announce.ts';
export { drawChannels, type DrawnChannel } from './draw-channels.ts';
export { drawServers, type DrawnServer, type ServersDrawing } from './draw-servers.ts';
export { observeRequests } from './observe-requests.ts';
export { breakConnections } from './break-connections.ts';
export { counted } from './counted.ts';
export { redact } from './redact.ts';
export { showDifference } from './show-difference.ts';
export { showLesson, showLessons } from './show-lessons.ts';
export { showMessage } from './show-message.ts';
export { showOutcome } from './show-outcome.ts';
export { startAndTell } from './start-and-tell.ts';
export { showState, type StateKind } from './show-state.ts';
export { typed, type TypedConnection } from '@practical-signalr/server/client';
export type { CourseLesson } from '../watch-lessons.ts';
export type { ObservedRequest, RequestKind, TokenPlace } from '../observed-request.ts';
