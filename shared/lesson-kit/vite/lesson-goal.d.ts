/** Returns the HTML of `<lesson-goal>`: the goal of the lesson's README. */
export declare function lessonGoal(folder: string): string;

/** Returns the text of the page's `<title>`, escaped, for a page whose `<title>` is empty. */
export declare function lessonTitle(folder: string, isLab: boolean): string;
