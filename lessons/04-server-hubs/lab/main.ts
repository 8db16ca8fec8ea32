import '@practical-signalr/lesson-kit/style.css';
import {
  basicsLab,
  serverHubsLab,
  showEarlierLabs,
  showLab,
} from '@practical-signalr/lesson-kit/client';

showLab(serverHubsLab('/lab'));
showEarlierLabs([basicsLab('/lab')]);
