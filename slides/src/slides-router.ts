import { styleSheet } from '@practical-signalr/lesson-kit';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { deckNames } from './deck-names.ts';
import { slideAssets } from './slide-assets.ts';

/**
 * Returns an express router that serves the list of decks at `/` and each deck at, for example,
 * `/03-basics.html`. A deck is built for each request, so a reload shows an edit. If it cannot be
 * built, the response is 500 with the error message. Nothing is loaded from other hosts.
 * @param decks the folder of the Markdown files. Default: the decks of the course.
 * @example app.use('/slides', slidesRouter());
 */
export function slidesRouter(decks?: string): Router {
  const router = Router({ strict: true });
  router.get('/', (request, response) => {
    // Addresses in the pages are relative to the folder.
    if (!request.originalUrl.split('?')[0]!.endsWith('/')) {
      response.redirect(301, `${request.baseUrl}/`);
      return undefined;
    }
    return answer(response, async () => {
      const { buildDeck, indexPage } = await pages();
      const home = request.baseUrl === '' ? undefined : '../';
      return indexPage(
        deckNames(decks).map((name) => buildDeck(name, decks)),
        home,
      );
    });
  });
  router.get('/style.css', (_request, response) => response.type('css').send(styleSheet()));
  for (const [address, file] of Object.entries(slideAssets)) {
    router.get(`/${address}`, (_request, response) =>
      response.sendFile(file, { dotfiles: 'allow' }),
    );
  }
  router.get('/:name.html', (request, response, next) =>
    answer(response, async () => {
      const { buildDeck, deckPage } = await pages();
      const { name } = request.params;
      if (deckNames(decks).includes(name)) return deckPage(buildDeck(name, decks));
      next();
      return undefined;
    }),
  );
  const missing = async (request: Request, response: Response): Promise<void> => {
    const { missingPage } = await pages();
    response.status(404).type('html').send(missingPage(request.baseUrl));
  };
  router.use(missing);
  router.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (error instanceof URIError) return missing(request, response); // an address with a '%' that is not part of an escape
    return next(error);
  });
  return router;
}

/**
 * Loaded with the first deck, because loading the grammars of the highlighter would delay the start
 * of the course home.
 */
const pages = async () => ({ ...(await import('./deck.ts')), ...(await import('./deck-page.ts')) });

async function answer(response: Response, page: () => Promise<string | undefined>): Promise<void> {
  try {
    const html = await page();
    if (html !== undefined) response.type('html').set('cache-control', 'no-cache').send(html);
  } catch (error) {
    response
      .status(500)
      .type('text')
      .send((error as Error).message);
  }
}
