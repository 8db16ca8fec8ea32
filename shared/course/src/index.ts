export type { Section } from './home-contract.ts';
export { sections } from './sections.ts';
export { startHome, type CourseHome } from './home-server.ts';
