import type { CourseLesson } from '@practical-signalr/lesson-kit/client';

/** What the server can be asked: nothing, for here only the server speaks. */
export type CourseServer = Record<never, never>;

/** What a client can be told. */
export interface CourseClient {
  lessons(lessons: CourseLesson[]): void;
  lessonStatus(number: number, up: boolean): void;
  viewers(count: number): void;
}
