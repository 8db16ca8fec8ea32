import { common, createLowlight } from 'lowlight';

/** The one highlighter of READMEs, diffs and slides. shiki colours as well, and adds 20 MB to every install. */
export const highlighter = createLowlight(common);
