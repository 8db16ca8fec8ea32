import { startCrashServer } from './crash-server.ts';

// Started by `npm run server-crash` as a child process. Usage: node crash-server-command.ts
// REDIS_URL
const { port } = await startCrashServer(process.argv[2] ?? '');
process.send?.(port);
process.on('disconnect', () => process.exit());
