import { breakConnections, type Lesson } from '@practical-signalr/lesson-kit';

/** Lets the lab break its connections. */
export function mapLab({ app, server }: Lesson): void {
  app.use('/break', breakConnections(server));
}
