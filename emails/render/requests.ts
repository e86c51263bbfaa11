import { flushCompileCache } from 'node:module';
import type { RenderAnswer, RenderJobs, RenderKind, RenderRequest } from './jobs.ts';

/**
 * Answers the parent's requests, in the child: it is asked one thing at a time and ends when its channel closes.
 * What `answer` throws fails that request alone.
 */
export function answerRequests(
  answer: (request: RenderRequest) => Promise<RenderJobs[RenderKind]['result']>,
): void {
  // Later starts take half the time. Written now, because an idle child may be killed.
  flushCompileCache();
  const send = (message: RenderAnswer) => process.send?.(message);
  process.on('message', (request: RenderRequest) => {
    answer(request).then(
      (result) => send({ result }),
      (error: unknown) =>
        send({
          error:
            error instanceof Error
              ? { name: error.name, message: error.message }
              : { name: 'Error', message: String(error) },
        }),
    );
  });
  // Ctrl-C reaches the whole process group; the parent decides when the work is over.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
}
