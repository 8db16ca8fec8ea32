import './style.css';
import {
  breakConnections,
  countFrames,
  showState,
  typed,
} from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, JsonHubProtocol } from '@microsoft/signalr';
import { showLesson, showLessons } from './lesson-map.ts';
import type { CourseClient, CourseServer } from '../contract.ts';

let frames = 0;
let bytes = 0;
const protocol = countFrames(new JsonHubProtocol(), (size) => {
  bytes += size;
  showState('good', `${++frames} frames, ${bytes} bytes`, '#pushing');
});

const builder = new HubConnectionBuilder().withUrl('/course').withHubProtocol(protocol);
if (location.search === '?reconnect') builder.withAutomaticReconnect();
const connection = typed<CourseServer, CourseClient>(builder.build());

connection.on('Lessons', (lessons) => {
  showLessons(lessons);
  for (const lesson of lessons) showLesson('pushed', lesson);
});
connection.on('LessonStatus', (number, up) => showLesson('pushed', { number, up }));
connection.on('Viewers', (count) => {
  document.querySelector('#viewers')!.textContent = `Pages that look on: ${count}.`;
});
connection.onreconnecting(() => showState('warn', 'Reconnecting'));
connection.onreconnected(() => showState('good', 'Connected again'));
connection.onclose(() => showState('bad', 'Disconnected, and nobody asked for a reconnect.'));

document.querySelector('#break')!.addEventListener('click', () => breakConnections('/course'));

await connection.start();
showState('good', 'Connected');
await import('./polling.ts');
