import { z } from 'zod';
import { showEdition } from '../../actions/show-editions.ts';
import { type Steer, steerEdition } from '../../actions/steer.ts';
import { sendTest } from '../../actions/test-send.ts';
import { languageSchema } from '../../subscribers/choices.ts';
import { changes, type Operation } from './operation.ts';
import { looks } from './preview.ts';
import { ofEdition } from './reach.ts';
import { byId, editionShape } from './shapes.ts';
import { versions } from './versions.ts';

const steering: { steer: Steer; summary: string; description: string }[] = [
  {
    steer: 'send',
    summary: 'Send an edition to its readers now',
    description: 'Any number of times, from any number of places: it is sent once.',
  },
  {
    steer: 'pause',
    summary: 'Pause an edition',
    description: 'Messages that have started are finished; no other one starts.',
  },
  {
    steer: 'resume',
    summary: 'Go on with a paused edition',
    description: 'One that was paused for its refusals also goes to the readers who were refused.',
  },
  {
    steer: 'cancel',
    summary: 'Cancel an edition for good',
    description: 'Readers who have not got it are skipped.',
  },
  {
    steer: 'resend-missed',
    summary: 'Send a sent or cancelled edition to those it missed',
    description:
      'Who expired, was skipped by a cancel or is held as uncertain; never who left, is suppressed or was refused for good.',
  },
];

export const steeringOperations: Operation[] = steering.map(({ steer, summary, description }) =>
  changes(
    {
      method: 'post',
      path: `/editions/{id}/${steer}`,
      version: versions.edition,
      tag: 'Editions',
      summary,
      description: `${description} Done before, it changes nothing.`.trim(),
      role: 'sender',
      reach: ofEdition,
      params: byId,
      answers: { 200: { description: 'The edition as it is now', schema: editionShape } },
      errors: [409],
    },
    async ({ params, actor, context }, tx) => {
      const now = context.now();
      const { enqueue } = await steerEdition(tx, actor, params.id, steer, now);
      const body = await showEdition(tx, params.id, now);
      return { body, ...(enqueue ? { enqueue } : {}) };
    },
  ),
);

export const testOperations: Operation[] = [
  changes(
    {
      method: 'post',
      path: '/editions/{id}/test',
      tag: 'Editions',
      summary: 'Send an edition to one address, to look at',
      description: 'As a reader with these choices would get it. Its ledger does not know of it.',
      role: 'sender',
      reach: ofEdition,
      params: byId,
      body: z
        .strictObject({
          email: z.string().max(320),
          language: languageSchema.optional().meta({ description: "Left out: the newsletter's" }),
          sections: z.array(z.string()).min(1).optional().meta({ description: 'Left out: all' }),
          ...looks,
        })
        .meta({ id: 'Test' }),
      answers: {
        202: { description: 'On its way', schema: z.object({ letter: z.string() }) },
      },
      errors: [409],
    },
    async ({ params, body, actor, context }, tx) => {
      const { email, language, sections, content: format, layout } = body;
      const test = {
        email,
        language: language ?? null,
        sections: sections ?? null,
        format,
        layout,
      };
      const { value, enqueue } = await sendTest(tx, actor, params.id, test, context.now());
      return { status: 202, body: value, ...(enqueue ? { enqueue } : {}) };
    },
  ),
];
