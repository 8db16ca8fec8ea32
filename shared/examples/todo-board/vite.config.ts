import { defineConfig } from 'vite';

// Inside this repository, the packages run from their sources.
export default defineConfig({
  cacheDir: '../../../node_modules/.vite/todo-board',
  resolve: { conditions: ['@practical-signalr/source', 'module', 'browser'] },
});
