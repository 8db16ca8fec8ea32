export { lessonFolder, root, sections } from './lessons/sections.ts';
export { PAGE_SCRIPT_BUDGET } from './lessons/lesson-budgets.ts';
