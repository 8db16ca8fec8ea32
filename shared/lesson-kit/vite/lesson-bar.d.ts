/**
 * Returns the HTML of the bar at the top of a lesson's page: number, title, connection state, and
 * links to README, diff, slides, lab, the neighboring lessons and the course.
 * @param folder the lesson's folder.
 * @param attributes `lab`: the bar of the lab, which links back to the lesson; `state`: the first
 * text of the connection's badge, default `Connecting`; without a connection, `state="none"`.
 * @example <lesson-bar></lesson-bar>
 */
export function lessonBar(folder: string, attributes: Readonly<Record<string, string>>): string;
