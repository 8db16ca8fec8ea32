import { createServer } from 'node:http';
import {
  breakConnections,
  courseLessons,
  serveLesson,
  watchLessons,
} from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { CourseHub } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

const course = signalr.mapHub('/course', CourseHub, { methods: [] });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.use('/break', breakConnections(server)); // the button that breaks a connection

// The same facts twice: told when they change, and for those who ask.
watchLessons(({ number, up }) => void course.clients.all.send('LessonStatus', number, up));
let requests = 0;
app.get('/api/status', (_request, response) => {
  response.json({ lessons: courseLessons, viewers: CourseHub.viewers, requests: ++requests });
});

await serveLesson(import.meta.url, { app, server, signalr });
