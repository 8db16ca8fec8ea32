import '@practical-signalr/lesson-kit/style.css';
import {
  basicsLab,
  explainOutcomes,
  hubContextLab,
  serverHubsLab,
  showEarlierLabs,
} from '@practical-signalr/lesson-kit/client';
import { authorizationFailures } from './authorization.ts';
import { prepareChoice } from './choose-connection.ts';
import { prepareMatrix } from './matrix.ts';
import { optionalExperiments } from './optional.ts';

prepareMatrix();
prepareChoice();

explainOutcomes('#failures', authorizationFailures);
explainOutcomes('#optional', optionalExperiments, ['Try it', 'What happens', 'Why', 'Use it when']);

showEarlierLabs([
  hubContextLab('/lab', { isProtected: true }),
  serverHubsLab('/lab'),
  basicsLab('/lab'),
]);
