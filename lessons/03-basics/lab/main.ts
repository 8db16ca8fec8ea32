import '@practical-signalr/lesson-kit/style.css';
import { basicsLab, showLab } from '@practical-signalr/lesson-kit/client';

showLab(basicsLab('/lab'));
