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

/** The hub that the pages of the course home call. */
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
    withHubErrors(() => this.#lessons.start(number));
  }

  stop(number: number): void {
    // Do not wait: every page is notified when the lesson has stopped.
    void withHubErrors(() => this.#lessons.stop(number));
  }

  async guide(number: number): Promise<LessonGuide> {
    const folder = this.#lessons.folderOf(number);
    if (folder === undefined) throw new HubError(errorTexts.lessonInPreparation(number));
    return lessonGuide(folder);
  }

  async *log(number: number): AsyncGenerator<LogLines, void, undefined> {
    yield* withHubErrors(() => this.#lessons.log(number)).follow(this.context.invocationAborted);
  }
}

/** Calls `act` and rethrows its error as a HubError, so that the page gets the message. */
function withHubErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HubError((error as Error).message);
  }
}
