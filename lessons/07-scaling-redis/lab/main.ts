import './style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { EXPERIMENT_COLUMNS, experiments } from './experiments.ts';
import { failures } from './failures.ts';
import { connectRestartButton } from './restart.ts';

explainOutcomes('#failures', failures);
explainOutcomes('#experiments', experiments, EXPERIMENT_COLUMNS);
connectRestartButton();
