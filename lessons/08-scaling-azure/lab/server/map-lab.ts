import type { Lesson } from '@practical-signalr/lesson-kit';
import { mapControlPanel } from './map-control-panel.ts';

/** The lab's part of each instance: its health. The first instance also has the control panel. */
export function mapLab(lesson: Lesson): void {
  const { app, signalr } = lesson;
  app.get('/health', (_request, response) => {
    response.json(signalr.health());
  });
  if (process.env['INSTANCE'] === undefined) mapControlPanel(lesson);
}
