export { lessonFolder, root, sections } from './lessons/sections.ts';
