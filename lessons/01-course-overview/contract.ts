/** One lesson of the course, and whether it answers on its port. */
export interface Lesson {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  up: boolean;
}

/** What the server can be asked: nothing, for here only the server speaks. */
export type CourseServer = Record<never, never>;

/** What a client can be told. */
export interface CourseClient {
  lessons(lessons: Lesson[]): void;
  lessonStatus(number: number, up: boolean): void;
  viewers(count: number): void;
}
