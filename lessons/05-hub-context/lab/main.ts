import '@practical-signalr/lesson-kit/style.css';
import {
  basicsLab,
  hubContextLab,
  serverHubsLab,
  showEarlierLabs,
  showLab,
} from '@practical-signalr/lesson-kit/client';

showLab(hubContextLab('/lab'));
showEarlierLabs([serverHubsLab('/lab'), basicsLab('/lab')]);
