export { sections, type Section } from './sections.ts';
export { startHome, type HomeServer } from './home-server.ts';
