/** The facts about a lesson, from its folder. All lists, links and commands use them. */
export interface LessonFolder {
  /** The first two digits of the folder's name. */
  readonly number: number;
  /** The folder's name, for example `03-basics`. */
  readonly name: string;
  /** The folder's path. */
  readonly folder: string;
  /** The heading of its README, without `Lesson 3: `. */
  readonly title: string;
  /** The paragraph `**Goal.**` of its README, in one line. Empty if there is none. */
  readonly goal: string;
  /** The goal up to its first colon or full stop. */
  readonly idea: string;
}

/** Returns the lessons with a `server/main.ts`, in order. `parent` is the folder of all lessons. */
export function lessonFolders(parent?: string): LessonFolder[];
