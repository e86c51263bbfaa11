import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serve } from '../feeds/fixtures/hostile-server.ts';

/** A message as it came. */
export interface Received {
  headers: Record<string, string>;
  body: string;
}

/** A receiver on loopback that answers as a test wants; `received` are the messages, in the order they came. */
export async function receiver(
  answer: (response: ServerResponse, nth: number) => void = (response) => response.end('thanks'),
  host?: string,
) {
  const received: Received[] = [];
  const server = await serve((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers as Record<string, string>, body });
      answer(response, received.length);
    });
  }, host);
  return { url: server.url, received, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
