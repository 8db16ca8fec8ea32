import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { authorizationFailures } from './authorization.ts';
import { basicsExperiments, basicsFailures, EXPERIMENT_COLUMNS } from './basics.ts';
import { prepareChoice } from './choose-connection.ts';
import { hubContextExperiments, hubContextFailures } from './hub-context.ts';
import { prepareMatrix } from './matrix.ts';
import { optionalExperiments } from './optional.ts';
import { serverHubsExperiments, serverHubsFailures } from './server-hubs.ts';

prepareMatrix();
prepareChoice();

explainOutcomes('#failures', authorizationFailures);
explainOutcomes('#optional', optionalExperiments, ['Try it', 'What happens', 'Why', 'Use it when']);

// The second failure of lesson 5 is cured: announcing requires a token.
explainOutcomes('#failures-of-lesson-5', hubContextFailures.slice(0, 1));
explainOutcomes('#experiments-of-lesson-5', hubContextExperiments, EXPERIMENT_COLUMNS);
explainOutcomes('#failures-of-lesson-4', serverHubsFailures);
explainOutcomes('#experiments-of-lesson-4', serverHubsExperiments, EXPERIMENT_COLUMNS);
explainOutcomes('#failures-of-lesson-3', basicsFailures);
explainOutcomes('#experiments-of-lesson-3', basicsExperiments, EXPERIMENT_COLUMNS);
