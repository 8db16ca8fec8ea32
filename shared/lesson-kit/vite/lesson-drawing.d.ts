/**
 * Returns the SVG of a `<lesson-drawing>`. It is inline in the page, so that it uses the page's
 * colors.
 * @param name the name of a file in `vite/drawings`, without `.svg`.
 * @throws Error if there is no such drawing.
 */
export declare function lessonDrawing(name: string): string;
