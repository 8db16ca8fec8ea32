import { errorTexts } from '../error-texts.ts';
import type { LessonStatus } from './home-contract.ts';
import type { LessonLog } from './lesson-log.ts';
import { LessonProcess } from './lesson-process.ts';
import { lessonFolder, sections } from '../lessons/sections.ts';

/** The options of {@link HomeLessons}. */
export interface HomeLessonsOptions {
  /** The folder of the lessons. Undefined: the lessons of this repository. */
  readonly folder: string | undefined;
  readonly portOf: (number: number) => number;
  /** Returns the port of the home. Called when a lesson starts for the first time. */
  readonly homePort: () => number;
  /** Called after each change of a lesson's state. */
  readonly changed: (status: LessonStatus) => void;
}

/** Starts and stops the lessons of the course. Methods throw if a lesson does not exist. */
export class HomeLessons {
  readonly #processes = new Map<number, LessonProcess>();
  readonly #folder: string | undefined;
  readonly #portOf: (number: number) => number;
  readonly #homePort: () => number;
  readonly #changed: (status: LessonStatus) => void;
  #closed = false;

  constructor({ folder, portOf, homePort, changed }: HomeLessonsOptions) {
    this.#folder = folder;
    this.#portOf = portOf;
    this.#homePort = homePort;
    this.#changed = changed;
  }

  /** Returns undefined while the lesson is in preparation. */
  folderOf(number: number): string | undefined {
    return lessonFolder(number, this.#folder);
  }

  status(number: number): LessonStatus {
    const exists = this.folderOf(number) !== undefined;
    return (
      this.#processes.get(number)?.status ?? {
        number,
        state: exists ? 'stopped' : 'in preparation',
        port: this.#portOf(number),
        reason: '',
        lastLines: [],
      }
    );
  }

  start(number: number): void {
    if (!this.#closed) this.#process(number).start();
  }

  stop(number: number): Promise<void> {
    return this.#process(number).stop();
  }

  log(number: number): LessonLog {
    return this.#process(number).log;
  }

  /** Stops every lesson that was started here. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#processes.values()].map((lesson) => lesson.stop()));
  }

  #process(number: number): LessonProcess {
    const known = this.#processes.get(number);
    if (known !== undefined) return known;
    if (!sections.some((section) => section.number === number))
      throw new Error(errorTexts.noSuchLesson(String(number), sections.length));
    const folder = this.folderOf(number);
    if (folder === undefined) throw new Error(errorTexts.lessonInPreparation(number));
    const lesson = new LessonProcess(number, folder, this.#portOf(number), this.#homePort());
    lesson.on('change', () => this.#changed(lesson.status));
    this.#processes.set(number, lesson);
    return lesson;
  }
}
