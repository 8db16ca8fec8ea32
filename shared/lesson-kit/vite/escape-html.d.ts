/** Escapes a text for HTML elements and attributes. */
export declare function escapeHtml(text: string): string;
