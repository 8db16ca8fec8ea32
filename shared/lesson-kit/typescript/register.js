// Lets Node run TypeScript: `node --import=…/typescript/register.js main.ts`. This is tsx, but it
// leaves packages alone.
import * as nodeModule from 'node:module';
import { isMainThread } from 'node:worker_threads';
import 'tsx';
import { loadPackageSync } from './load-package.js';

// A second start takes a quarter less CPU time. Node 20 has no such cache.
nodeModule.enableCompileCache?.();

// Hooks that are registered later run first. Node 20 has only asynchronous ones, which run in a
// thread of their own.
if ('registerHooks' in nodeModule) nodeModule.registerHooks({ load: loadPackageSync });
else if (isMainThread) nodeModule.register('./load-package.js', import.meta.url);
