import { basename } from 'node:path';
import { Hub, HubError } from '@practical-signalr/server';
import { deckNames } from '@practical-signalr/slides';
import { errorTexts } from '../error-texts.ts';
import type {
  HomeClient,
  HomeServer,
  LessonGuide,
  LogLines,
  SectionOverview,
} from './home-contract.ts';
import type { HomeLessons } from './home-lessons.ts';
import { lessonGuide, lessonTasks } from '../lessons/lesson-guide.ts';
import { sections } from '../lessons/sections.ts';

/** What a page of the home may ask. */
export class HomeHub extends Hub<HomeClient> implements HomeServer {
  readonly #lessons: HomeLessons;

  constructor(lessons: HomeLessons) {
    super();
    this.#lessons = lessons;
  }

  async sections(): Promise<readonly SectionOverview[]> {
    const decks = deckNames();
    return sections.map((section) => {
      const folder = this.#lessons.folderOf(section.number);
      const status = this.#lessons.status(section.number);
      const name = folder === undefined ? '' : basename(folder);
      return {
        ...section,
        folder: name,
        hasSlides: decks.includes(name),
        status,
        ...lessonTasks(folder),
      };
    });
  }

  start(number: number): void {
    told(() => this.#lessons.start(number));
  }

  stop(number: number): void {
    void told(() => this.#lessons.stop(number)); // its end is news for every page, not the answer to one
  }

  async guide(number: number): Promise<LessonGuide> {
    const folder = this.#lessons.folderOf(number);
    if (folder === undefined) throw new HubError(errorTexts.lessonInPreparation(number));
    return lessonGuide(folder);
  }

  async *log(number: number): AsyncGenerator<LogLines, void, undefined> {
    yield* told(() => this.#lessons.log(number)).follow(this.context.invocationAborted);
  }
}

/** The sentences of the lessons are for people. */
function told<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HubError((error as Error).message);
  }
}
