import { cropPicture } from './picture.ts';
import { answerRequests } from './requests.ts';

// The child process in which sharp lives. One of its own: no picture, however it is made, holds up or ends the
// rendering of a mail.

answerRequests(async (request) => {
  if (request.kind !== 'picture') throw new Error(`${request.kind} is not rendered here`);
  return cropPicture(request.content);
});
