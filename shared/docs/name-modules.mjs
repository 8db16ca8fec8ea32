/**
 * Loads the plugin of TypeDoc that names each module as users import it, for example
 * `server/client`.
 */
export function load(app) {
  app.converter.on('createDeclaration', (_context, reflection) => {
    reflection.name = reflection.name.replace(/\/src(?=\/|$)/, '');
  });
}
