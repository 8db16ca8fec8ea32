import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { basicsExperiments, basicsFailures, EXPERIMENT_COLUMNS } from './basics.ts';
import { serverHubsExperiments, serverHubsFailures } from './server-hubs.ts';

explainOutcomes('#failures', serverHubsFailures);
explainOutcomes('#experiments', serverHubsExperiments, EXPERIMENT_COLUMNS);

explainOutcomes('#failures-of-lesson-3', basicsFailures);
explainOutcomes('#experiments-of-lesson-3', basicsExperiments, EXPERIMENT_COLUMNS);
