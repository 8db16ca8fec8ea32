import { defineConfig } from 'vite';

// Inside this repository, the packages run from their sources.
export default defineConfig({
  resolve: { conditions: ['@practical-signalr/source', 'module', 'browser'] },
});
