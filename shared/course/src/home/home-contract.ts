/** `stopping` lasts until the process is gone; `failed` means that it ended without being asked to. */
export type LessonState =
  | 'in preparation'
  | 'stopped'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'failed';

/** How one lesson is, as far as this home has started it. */
export interface LessonStatus {
  readonly number: number;
  readonly state: LessonState;
  readonly port: number;
  /** Of a failed lesson: how it ended, in a sentence; else empty. */
  readonly reason: string;
  /** Of a failed lesson: the last lines that it printed. */
  readonly lastLines: readonly string[];
}

/** What someone who watches the videos wants beside them. */
export interface FollowAlong {
  /** What the section of the course is about, in our words. */
  readonly shows: string;
  /** The page of the course for this section, where its address is known. */
  readonly page?: string;
  /** Where to be in the lesson's code meanwhile, in this order. */
  readonly code: readonly { readonly file: string; readonly look: string }[];
}

/** One section of the course. */
export interface Section {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  /** The lesson that its diff starts from; 0 for the first. */
  readonly after: number;
  readonly follow: FollowAlong;
}

/** A part of a lesson's README, ready to be shown. Headings inside are one level deeper than in the file. */
export interface GuidePart {
  readonly title: string;
  /** What stands there; of experiments and a quiz, what stands before them. */
  readonly html: string;
  /** The experiments, of the part that has them. */
  readonly experiments: readonly string[];
  /** The questions, of the part that has them. */
  readonly questions: readonly { readonly question: string; readonly answer: string }[];
}

/** The README of a lesson, taken apart. */
export interface LessonGuide {
  readonly goal: string;
  readonly parts: readonly GuidePart[];
  /** What differs from the video; it stands among the parts too. */
  readonly differs: string;
}

/** How much there is to tick off in a lesson. */
export interface LessonTasks {
  readonly experiments: number;
  readonly questions: number;
}

/** A section, its lesson's state, and how much there is to do in it. */
export interface SectionOverview extends Section, LessonTasks {
  /** The name of the lesson's folder; empty while it is in preparation. */
  readonly folder: string;
  /** Whether it has a deck of slides; a lesson that was added may have none. */
  readonly hasSlides: boolean;
  readonly status: LessonStatus;
}

/** Lines that a lesson printed. */
export interface LogLines {
  /** Whether what was shown before goes: the lesson began anew, or printed more than the home keeps. */
  readonly reset: boolean;
  readonly lines: readonly string[];
}

/** What the page can ask the home. */
export interface HomeServer {
  sections(): Promise<readonly SectionOverview[]>;
  start(number: number): void;
  stop(number: number): void;
  guide(number: number): Promise<LessonGuide>;
  /** What the lesson has printed and prints, live. */
  log(number: number): AsyncIterable<LogLines>;
}

/** What the home tells every page. */
export interface HomeClient {
  lessonChanged(status: LessonStatus): void;
}
