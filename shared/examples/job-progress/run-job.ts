import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { typed } from '@practical-signalr/server/client';
import type { JobClient, JobServer } from './contract.ts';

/** Starts a job as a client, and returns its result. */
export async function runJob(
  url: string,
  steps: number,
  showProgress: (percent: number) => void,
): Promise<string> {
  const connection = typed<JobServer, JobClient>(
    new HubConnectionBuilder().withUrl(url).configureLogging(LogLevel.Warning).build(),
  );
  connection.on('showProgress', (_jobId, percent) => showProgress(percent));
  const result = new Promise<string>((resolve, reject) => {
    connection.on('showResult', (_jobId, text) => resolve(text));
    connection.onclose((error) => reject(error ?? new Error('The connection closed.')));
  });
  await connection.start();
  await connection.invoke('startJob', steps);
  const text = await result;
  await connection.stop();
  return text;
}
