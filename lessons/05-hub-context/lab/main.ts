import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { basicsExperiments, basicsFailures, EXPERIMENT_COLUMNS } from './basics.ts';
import { hubContextExperiments, hubContextFailures } from './hub-context.ts';
import { serverHubsExperiments, serverHubsFailures } from './server-hubs.ts';

explainOutcomes('#failures', hubContextFailures);
explainOutcomes('#experiments', hubContextExperiments, EXPERIMENT_COLUMNS);

explainOutcomes('#failures-of-lesson-4', serverHubsFailures);
explainOutcomes('#experiments-of-lesson-4', serverHubsExperiments, EXPERIMENT_COLUMNS);
explainOutcomes('#failures-of-lesson-3', basicsFailures);
explainOutcomes('#experiments-of-lesson-3', basicsExperiments, EXPERIMENT_COLUMNS);
