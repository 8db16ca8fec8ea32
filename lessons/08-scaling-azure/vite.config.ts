import { lessonConfig } from '@practical-signalr/lesson-kit/vite';

export default lessonConfig(import.meta.dirname);
