export { adminRouter } from './admin-router.ts';
export type { AdminAction, AdminOptions } from './admin-options.ts';
