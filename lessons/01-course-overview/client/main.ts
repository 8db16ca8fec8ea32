import './style.css';
import { countFrames, showLesson, showLessons } from '@practical-signalr/lesson-kit/client';
import { showState, typed, Walkthrough } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, JsonHubProtocol } from '@microsoft/signalr';
import type { CourseClient, CourseServer } from '../contract.ts';
import './polling.ts';

let frames = 0;
let bytes = 0;
const protocol = countFrames(new JsonHubProtocol(), (size) => {
  frames += 1;
  bytes += size;
  showState('good', `${frames} frames, ${bytes} bytes`, '#pushing');
});

const builder = new HubConnectionBuilder().withUrl('/course').withHubProtocol(protocol);
const connection = typed<CourseServer, CourseClient>(builder.build());
const walk = new Walkthrough('.walk');

connection.on('Lessons', (lessons) => showLessons('pushed', lessons));
connection.on('LessonStatus', (number, up) => showLesson('pushed', { number, up }));
connection.on('Viewers', (count) => {
  showState('good', `Viewers: ${count}`, '#viewers');
  if (count > 1) walk.complete('second-tab');
});
connection.onclose(() => showState('bad', 'Disconnected. It does not reconnect.'));

await connection.start();
showState('good', 'Connected');
