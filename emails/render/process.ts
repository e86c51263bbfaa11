import { flushCompileCache } from 'node:module';
import { renderDigest } from '../digest/digest.ts';
import { digestMjml } from '../digest/mjml.ts';
import { letterHtml, renderLetter } from '../letters/letter.ts';
import type { RenderAnswer, RenderJobs, RenderKind, RenderRequest } from './jobs.ts';
import { openTemplates } from './templates.ts';

// The child process in which mjml lives: it takes 170–240 MB, which end with it when it is idle.
// It is asked one thing at a time and ends when its channel closes.

const fill = openTemplates(process.argv[2] ?? null);

async function answer(request: RenderRequest): Promise<RenderJobs[RenderKind]['result']> {
  switch (request.kind) {
    case 'digest':
      return renderDigest(request.content.content, request.content.reader, fill);
    case 'mjml':
      return digestMjml(request.content.content, request.content.reader, fill);
    case 'letter':
      return renderLetter(request.content, fill);
    case 'letterHtml':
      return letterHtml(request.content, fill);
  }
}

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
