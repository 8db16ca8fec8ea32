/** A lesson as its folder describes it: the one source of what lists, links and commands say about lessons. */
export interface LessonFolder {
  /** The first two digits of the folder's name. */
  readonly number: number;
  /** The folder's name, for example `03-basics`. */
  readonly name: string;
  /** The folder's path. */
  readonly folder: string;
  /** From the heading of its README, without `Lesson 3: `. */
  readonly title: string;
  /** The paragraph `**Goal.**` of its README, in one line; '' without one. */
  readonly goal: string;
  /** The goal up to its first colon or full stop. */
  readonly idea: string;
}

/** The lessons that can be started (they have a server/main.ts), in order; `parent` is the folder of all lessons. */
export function lessonFolders(parent?: string): LessonFolder[];
