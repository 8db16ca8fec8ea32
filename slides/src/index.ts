export { deckNames } from './deck-names.ts';
export { slidesRouter } from './slides-router.ts';
