export { handwrittenParts, readSection, replaceSections } from './generated-sections.ts';
