import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { stepsByHand } from './by-hand.ts';
import { experiments } from './experiments.ts';
import { failures } from './failures.ts';

explainOutcomes('#by-hand', stepsByHand, ['Step', 'What happens', 'Why', 'Next']);
explainOutcomes('#failures', failures);
explainOutcomes('#experiments', experiments, ['Try it', 'What happens', 'Why', 'Then try']);
