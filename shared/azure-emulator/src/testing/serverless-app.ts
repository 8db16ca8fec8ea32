import { createHmac } from 'node:crypto';
import { ServiceManager } from '@practical-signalr/azure/management';
import express, { type Express, type RequestHandler } from 'express';

interface ChatClient {
  said(user: string, text: string): void;
}

export function serverlessApp(endpoint: string, accessKey: string): Express {
  const service = new ServiceManager({
    connectionString: `Endpoint=${endpoint};AccessKey=${accessKey}`,
  });
  const chat = service.hubContext<ChatClient>('Chat');

  // Only the service knows the key, so only its requests have a valid signature.
  const fromService: RequestHandler = (request, response, next) => {
    const id = request.get('X-ASRS-Connection-Id') ?? '';
    const signature = createHmac('sha256', accessKey).update(id).digest('hex');
    const given = (request.get('X-ASRS-Signature') ?? '').toLowerCase().split(',');
    if (given.includes(`sha256=${signature}`)) next();
    else response.sendStatus(401);
  };

  return (
    express()
      // Pages connect with .withUrl('/chat?user=ada'): the answer sends them to the service.
      .post('/chat/negotiate', async (request, response) => {
        response.json(await chat.negotiate({ userId: request.query['user'] as string }));
      })
      .use(fromService, express.json())
      // connection.invoke('Say', 'hello')
      .post('/chat/messages/Say', async (request, response) => {
        const { invocationId, arguments: args } = request.body as {
          invocationId?: string;
          arguments: [string];
        };
        await chat.clients.all.send('Said', request.get('X-ASRS-User-Id') ?? '', args[0]);
        response.json({ type: 3, invocationId, result: 'said' });
      })
      .post('/chat/connections/:event', (_request, response) => {
        response.end(); // connected, disconnected
      })
  );
}
