export { signalrPlugin, type SignalRPluginOptions } from './signalr-plugin.ts';
export { fastifyUser, type FastifyUserOptions } from './fastify-user.ts';
