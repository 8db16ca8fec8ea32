import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { basicsExperiments, basicsFailures, EXPERIMENT_COLUMNS } from './basics.ts';

explainOutcomes('#experiments', basicsExperiments, EXPERIMENT_COLUMNS);
explainOutcomes('#failures', basicsFailures);
