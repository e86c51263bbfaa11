import { causeInWords } from '../../feeds/causes.ts';
import { type Translate, translator } from '../../locales/index.ts';
import { noticesInWords } from '../../locales/notices.ts';
import { maskAddressesIn } from '../../mail/address.ts';
import type { Attention } from './list.ts';

/** Something that needs a person, in words. */
export interface AttentionWords {
  /** What kind of thing: "Edition paused". */
  title: string;
  /** What is wrong, with what it is about. */
  detail: string;
  /** What to do. */
  fix: string;
}

/** The words of `language` for it. Addresses in a relay's words are masked unless `unmasked`. */
export function attentionInWords(
  { cause, detail, facts }: Pick<Attention, 'cause' | 'detail' | 'facts'>,
  language: string,
  { unmasked }: { unmasked: boolean },
): AttentionWords {
  const t = translator(language, 'attention');
  const filled = fill(t, facts, language, unmasked);
  return {
    title: t(`title.${cause}`),
    detail: t(`detail.${detail}`, filled).trim(),
    fix: t(`fix.${detail}`, filled),
  };
}

/** What the words are filled with, the kind of an edition and the cause of a feed in the reader's language. */
function fill(
  t: Translate,
  facts: Attention['facts'],
  language: string,
  unmasked: boolean,
): Attention['facts'] {
  const { words, kind, why } = facts;
  const filled = { ...facts };
  if (typeof words === 'string') {
    const told = noticesInWords(words, language);
    filled.words = unmasked ? told : maskAddressesIn(told);
  }
  if (typeof why === 'string') filled.words = causeInWords(JSON.parse(why), language);
  if (typeof kind === 'string') filled.kind = t(`kind.${kind}`);
  return filled;
}

/** Where in the console it is mended: a path below /console. */
export function attentionPath({ cause, subject }: Pick<Attention, 'cause' | 'subject'>): string {
  const [noun, id] = subject.split(' ');
  if (cause === 'held' || cause === 'complaints') return `/console/newsletters/${id}`;
  if (cause === 'requests') return '/console/readers';
  if (noun === 'edition') return `/console/editions/${id}`;
  if (noun === 'newsletter') return '/console/editions';
  if (noun === 'feed') return '/console/feeds';
  if (noun === 'webhook') return `/console/settings/webhooks/${id}`;
  return cause === 'relay' || cause === 'queue' || cause === 'workers'
    ? '/console/delivery'
    : '/console';
}
