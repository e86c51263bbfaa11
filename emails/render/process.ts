import { renderDigest } from '../digest/digest.ts';
import { digestMjml } from '../digest/mjml.ts';
import { letterHtml, renderLetter } from '../letters/letter.ts';
import { answerRequests } from './requests.ts';
import { openTemplates } from './templates.ts';

// The child process in which mjml lives: it takes 170–240 MB, which end with it when it is idle.

const fill = openTemplates(process.argv[2] ?? null);

answerRequests(async (request) => {
  switch (request.kind) {
    case 'digest':
      return renderDigest(request.content.content, request.content.reader, fill);
    case 'mjml':
      return digestMjml(request.content.content, request.content.reader, fill);
    case 'letter':
      return renderLetter(request.content, fill);
    case 'letterHtml':
      return letterHtml(request.content, fill);
    default:
      throw new Error(`${request.kind} is not rendered here`);
  }
});
