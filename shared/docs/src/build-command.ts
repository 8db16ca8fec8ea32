import { buildSite } from './build-site.ts';

// The script `build` of the package.
await buildSite();
