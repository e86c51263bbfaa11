import { sendTest } from '../../../actions/test-send.ts';
import type { Context } from '../../../context.ts';
import type { ReaderChoice } from '../../../editions/variant.ts';
import { translator } from '../../../locales/index.ts';
import { InvalidAddress } from '../../../mail/address.ts';
import type { Actor } from '../../../operators/audit.ts';
import { statusOf } from '../../../problems/domain-errors.ts';
import { reasonOf } from '../reasons.ts';

const MOST = 5;

/** What came of asking for a test, to be said to the operator. */
export interface TestAnswer {
  good: boolean;
  text: string;
}

/**
 * Sends an edition to addresses as somebody typed them: to all of them, or to none where one is wrong.
 * What came of it is said in the language `words`.
 */
export async function sendTests(
  context: Context,
  actor: Actor,
  id: string,
  typed: string,
  { language, sections, format }: ReaderChoice,
  words: string,
): Promise<TestAnswer> {
  const say = translator(words, 'editor');
  const addresses = [...new Set(typed.split(/[\s,;]+/).filter((address) => address !== ''))];
  if (addresses.length === 0) return { good: false, text: say('test.none') };
  if (addresses.length > MOST) return { good: false, text: say('test.tooMany') };
  let email = '';
  try {
    const done = await context.db.transaction().execute(async (tx) => {
      const sent = [];
      for (email of addresses) {
        const test = { email, language, sections: sections && [...sections], format };
        sent.push(await sendTest(tx, actor, id, test, context.now()));
      }
      return sent;
    });
    for (const { enqueue } of done) await enqueue?.(context.queues);
    return { good: true, text: say('test.sent', { addresses: addresses.join(', ') }) };
  } catch (error) {
    if (error instanceof InvalidAddress)
      return {
        good: false,
        text: say('test.wrong', {
          address: email,
          reason: translator(words, 'pages')(`address.${error.fault}`),
        }),
      };
    const status = error instanceof Error ? statusOf(error) : undefined;
    if (!(error instanceof Error) || status === undefined || status >= 500) throw error;
    const reason = reasonOf(error, translator(words, 'console'));
    return { good: false, text: say('test.refused', { reason }) };
  }
}
