import type { CourseLesson } from '@practical-signalr/lesson-kit/client';

/** The hub methods that a client can call: none, because only the server sends. */
export type CourseServer = Record<never, never>;

/** The client methods that the server can call. */
export interface CourseClient {
  lessons(lessons: CourseLesson[]): void;
  lessonStatus(number: number, up: boolean): void;
  viewers(count: number): void;
}
