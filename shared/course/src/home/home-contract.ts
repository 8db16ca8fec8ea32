/** `stopping` lasts until the process has exited. `failed` means that it stopped by itself. */
export type LessonState =
  | 'in preparation'
  | 'stopped'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'failed';

/** The status of a lesson that this home can start. */
export interface LessonStatus {
  readonly number: number;
  readonly state: LessonState;
  readonly port: number;
  /** Why a failed lesson stopped, as a sentence. Empty in other states. */
  readonly reason: string;
  /** The last lines that a failed lesson printed. */
  readonly lastLines: readonly string[];
}

/** What to read while watching the video of a section. */
export interface FollowAlong {
  /** What the course has for this section, in our own words. */
  readonly covers: string;
  /** The page of the course for this section, if its address is known. */
  readonly page?: string;
  /** The files of the lesson to read, in this order. */
  readonly code: readonly { readonly file: string; readonly note: string }[];
}

/** One section of the course. */
export interface Section {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  /** The lesson that it is compared with. 0 for the first lesson. */
  readonly after: number;
  readonly follow: FollowAlong;
}

/** A rendered part of a lesson's README. Headings are one level deeper than in the file. */
export interface GuidePart {
  readonly title: string;
  /** The text. If the part has experiments or questions, the text before them. */
  readonly html: string;
  /** Empty except in the part with the experiments. */
  readonly experiments: readonly string[];
  /** Empty except in the part with the quiz. */
  readonly questions: readonly { readonly question: string; readonly answer: string }[];
}

/** The README of a lesson, split into parts. */
export interface LessonGuide {
  readonly goal: string;
  readonly parts: readonly GuidePart[];
  /** What differs from the video. `parts` contains it too. */
  readonly differs: string;
}

/** The numbers of experiments and questions of a lesson. */
export interface LessonTasks {
  readonly experiments: number;
  readonly questions: number;
}

/** A section, the status of its lesson, and its numbers of experiments and questions. */
export interface SectionOverview extends Section, LessonTasks {
  /** The name of the lesson's folder. Empty while it is in preparation. */
  readonly folder: string;
  /** Whether the lesson has slides. An added lesson may have none. */
  readonly hasSlides: boolean;
  readonly status: LessonStatus;
}

/** Lines that a lesson printed. */
export interface LogLines {
  /** Remove the lines shown before: the lesson started again, or lines were skipped. */
  readonly reset: boolean;
  readonly lines: readonly string[];
}

/** The methods of the home that a page can invoke. */
export interface HomeServer {
  sections(): Promise<readonly SectionOverview[]>;
  start(number: number): void;
  stop(number: number): void;
  guide(number: number): Promise<LessonGuide>;
  /**
   * Streams the output of a lesson: first the lines that it has printed already, then each new
   * line.
   */
  log(number: number): AsyncIterable<LogLines>;
}

/** The methods that the home calls on every page. */
export interface HomeClient {
  lessonChanged(status: LessonStatus): void;
}
