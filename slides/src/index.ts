export { slidesRouter } from './slides-router.ts';
