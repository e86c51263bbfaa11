import type { Request, Response } from 'express';
import { firstSteps, readFirstSteps } from '../../../actions/first-steps.ts';
import type { Context } from '../../../context.ts';
import { noticesInWords } from '../../../locales/notices.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { getNewsroom } from '../../../newsletters/newsroom.ts';
import { roleOf } from '../../middleware/roles.ts';
import { senderView } from '../delivery/view.ts';
import { wordsFor } from '../pages.ts';
import { formToPaste } from '../readers/form-to-paste.ts';
import { timeIn } from '../times.ts';

/** The checklist of a new newsroom: what is done, what is set, what to set, and the forms that do the rest. */
export async function stepsView(
  context: Context,
  req: Request,
  res: Response,
  newsletters: Newsletter[],
) {
  const { config, db } = context;
  const { language, t } = wordsFor(req, res);
  const [steps, newsroom] = await Promise.all([readFirstSteps(context), getNewsroom(db)]);
  const { done, senders, tests, dismissed } = steps;
  const first = newsletters.find(({ active }) => active) ?? newsletters[0];
  const timezone = first?.timezone ?? 'UTC';
  const asked = firstSteps.find((step) => step === req.query.open);
  const next = firstSteps.find((step) => !done[step]);
  return {
    list: firstSteps.map((name) => ({
      name,
      done: done[name],
      next: name === next,
      open: name === (asked ?? next),
    })),
    count: firstSteps.filter((step) => done[step]).length,
    of: firstSteps.length,
    dismissed,
    mayDismiss: roleOf(res) === 'owner',
    newsroom: {
      name: newsroom.name === 'Gaceta' ? '' : newsroom.name,
      postalAddress: newsroom.postalAddress ?? config.postalAddress ?? '',
    },
    // of a password nothing is shown, not even that it has so many characters
    relays: context.relays.map(({ name, host, port, auth }) => {
      const test = tests[name];
      return {
        name,
        host: `${host}:${port}`,
        user: auth?.user ?? null,
        test: test && {
          ...test,
          fix: test.fix === null ? null : noticesInWords(test.fix, language),
          when: timeIn(test.at, language, timezone),
        },
      };
    }),
    relaySet: config.relays !== undefined,
    mailFrom: config.mailFrom,
    senders: senders.map((sender) => senderView(sender, { language, t, timezone })),
    form: formToPaste(config.publicUrl, first),
    newsletter: first,
  };
}
