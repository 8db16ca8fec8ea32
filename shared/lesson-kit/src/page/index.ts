import './enter-sends.ts';
import { WirePanel } from '../wire/wire-panel.ts';
import { linkNeighbors } from './link-neighbors.ts';

customElements.define('wire-panel', WirePanel);
linkNeighbors();

export { typed, type TypedConnection } from '@practical-signalr/server/client';
export type { DescribedInstance } from '../instances/describe-instances.ts';
export type { CourseLesson } from '../serve/watch-lessons.ts';
export { countFrames } from '../wire/count-frames.ts';
export { observeRequests } from '../wire/observe/observe-requests.ts';
export type { ObservedRequest, RequestKind, TokenPlace } from '../wire/observe/observed-request.ts';
export { redact } from '../wire/redact.ts';
export { announce } from './announce.ts';
export { breakConnections } from './break-connections.ts';
export {
  connectControlPanel,
  type ControlPanelConnection,
} from './control-panel/connect-control-panel.ts';
export {
  drawServers,
  type DrawnServer,
  type ServersDrawing,
} from './control-panel/draw-servers.ts';
export { type CourseMapHalf, showLesson, showLessons } from './course-map/course-map.ts';
export { showDotnet } from './control-panel/show-dotnet.ts';
export { connectAndShowInstances, type InstancesView } from './control-panel/show-instances.ts';
export { missingInstance, showHealth } from './control-panel/show-health.ts';
export { errorMessage } from './forms/error-message.ts';
export { fetchText } from './forms/fetch-text.ts';
export { onPress } from './forms/on-press.ts';
export { onSend } from './forms/on-send.ts';
export { basicsLab } from './labs/basics-lab.ts';
export { hubContextLab } from './labs/hub-context-lab.ts';
export { type Lab, showEarlierLabs, showLab } from './labs/lab.ts';
export { serverHubsLab } from './labs/server-hubs-lab.ts';
export { useConnection, type UsedConnection } from './outcomes/use-connection.ts';
export { withTimeLimit } from './outcomes/with-time-limit.ts';
export { addExperiment } from './outcomes/add-experiment.ts';
export { type AttemptedConnection, describeAttempt } from './outcomes/describe-attempt.ts';
export { ConnectionColumn } from './outcomes/connection-column.ts';
export {
  type ExplainedOutcome,
  explainOutcomes,
  type OutcomeGroup,
} from './outcomes/explain-outcomes.ts';
export { showOutcome } from './outcomes/show-outcome.ts';
export { showRequests } from './outcomes/show-requests.ts';
export { observeAttempt, observeRefusal, observeStart } from './outcomes/observe-start.ts';
export { startAndShowResult } from './outcomes/start-and-show-result.ts';
export { showDifference } from './show-difference.ts';
export { showMessage } from './show-message.ts';
export { showState, type StateKind } from './show-state.ts';
export { Walkthrough } from './walkthrough/walkthrough.ts';
