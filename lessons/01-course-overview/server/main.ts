import { createServer } from 'node:http';
import { courseLessons, serveLesson, watchLessons } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { mapLab } from '../lab/server/map-lab.ts';
import { CourseHub, methods } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

const course = signalr.mapHub('/course', CourseHub, { methods });
mapLab({ app, server, signalr });

// Pushing: one message for each change.
watchLessons(({ number, up }) => void course.clients.all.send('LessonStatus', number, up));

// Polling: the same data in every response, whether it has changed or not.
let requests = 0;
app.get('/api/status', (_request, response) => {
  requests += 1;
  response.json({ lessons: courseLessons, viewers: CourseHub.viewers, requests });
});

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets

await serveLesson(import.meta.url, { app, server, signalr });
