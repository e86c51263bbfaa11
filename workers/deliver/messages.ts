import { spliceMessage, wireBody } from '../../emails/message/splice.ts';
import { Unaddressable } from '../../emails/message/subscriber-values.ts';
import { RenderError } from '../../emails/render/renderer.ts';
import type { Context } from '../../src/context.ts';
import { broughtBefore } from '../../src/deliveries/already-received.ts';
import type { Claimed } from '../../src/deliveries/claim.ts';
import { commonChoices } from '../../src/deliveries/common-choices.ts';
import type { HeldRange } from '../../src/deliveries/ranges.ts';
import type { Signing } from '../../src/identity/signing.ts';
import { InvalidAddress, maskAddress, readAddress } from '../../src/mail/address.ts';
import { messageIdOf } from '../../src/mail/message-id.ts';
import { preferencesUrl } from '../../src/subscribers/links.ts';
import type { Composed } from './pump.ts';
import { openVariants, type ReadyEdition, type ReadyVariant } from './variants.ts';

/** Makes a reader's message of a claimed row. */
export interface Messages {
  /**
   * Has the variants ready that most of a range's readers need: claimed rows then wait for nothing. Rejects when none
   * of them can be made. As long as one can, the readers of the others alone have to wait.
   */
  prepare(held: HeldRange, revision: number): Promise<void>;
  /** Never rejects; at once where the variant is at hand. */
  compose(held: HeldRange, row: Claimed): Composed | Promise<Composed>;
}

const COMMON_CHOICES = 16;

/** `signing` signs where there are keys; `onUnmade` is told of an edition of which a message could not be made. */
export function openMessages(
  context: Context,
  signing: Signing,
  onUnmade: (edition: string, error: unknown) => void,
): Messages {
  const { config, db, log, timings, tokens } = context;
  const variants = openVariants(context);
  const links = { publicUrl: config.publicUrl, tokens };
  const brought = batched(db);

  function message(
    edition: ReadyEdition,
    row: Claimed,
    variant: ReadyVariant,
  ): Composed | Promise<Composed> {
    try {
      const address = readAddress(row.email);
      const { subscriber } = row;
      const { id } = edition.content.edition;
      const { unsubscribeUrl, unsubscribeMailto } = edition.unsubscribeLinks(
        subscriber,
        row.addressChanges,
      );
      const spliced = spliceMessage(variant.prepared, {
        to: { address: address.email, name: row.name },
        messageId: messageIdOf(id, subscriber, context.origin),
        date: new Date(),
        unsubscribeUrl,
        unsubscribeMailto,
        preferencesUrl: preferencesUrl(links, subscriber, row.addressChanges, id),
        maskedAddress: maskAddress(address.email),
      });
      const { headers, size, utf8 } = spliced;
      const wire = wireBody(variant.prepared, spliced);
      const from = edition.returnPath(subscriber, row.addressChanges);
      const to = address.mailbox;
      const signer = signing.signer(edition.domain);
      if (!signer) {
        wire.unshift(headers);
        return { outgoing: { from, to, utf8, body: wire, size }, variant: variant.id };
      }
      return signer
        .signHeaders(headers.toString('latin1'), variant.hasher.hash(spliced.stretches))
        .then((fields) => {
          const signature = Buffer.from(fields.join(''), 'latin1');
          const body = [signature, headers, ...wire];
          const signed = size + signature.length;
          return { outgoing: { from, to, utf8, body, size: signed }, variant: variant.id };
        });
    } catch (error) {
      if (error instanceof InvalidAddress || error instanceof Unaddressable)
        return failed('unaddressable', error.message);
      throw error;
    }
  }

  function toEdition(
    edition: ReadyEdition,
    row: Claimed,
    excluded?: Set<string>,
  ): Composed | Promise<Composed> {
    const { language, sections, format } = row;
    const reader = { language, sections, format, ...(excluded?.size && { excluded }) };
    const choice = edition.choose(reader);
    if (!choice) return skipped;
    const variant = edition.variant(choice);
    if (variant instanceof Promise) return variant.then((ready) => message(edition, row, ready));
    return message(edition, row, variant);
  }

  function withEdition(edition: ReadyEdition, row: Claimed): Composed | Promise<Composed> {
    const { frequencies, overlaps } = edition.content;
    if (!frequencies.includes(row.frequency)) return skipped;
    if (overlaps.length === 0) return toEdition(edition, row);
    return brought(edition, row.subscriber).then((excluded) => toEdition(edition, row, excluded));
  }

  /** What goes wrong for one reader, or for a while, is that row's alone. */
  function gone(held: HeldRange, row: Claimed, error: unknown): Composed {
    log.error(
      { err: error, edition: held.edition, subscriber: row.subscriber },
      'a message could not be made; it is tried again',
    );
    onUnmade(held.edition, error);
    const answer = error instanceof RenderError ? error.message : 'the message could not be made';
    return {
      settlement: {
        state: 'queued',
        delayMs: timings.renderAgainMs,
        counted: true,
        answer,
        event: { phase: 'compose', reply: answer },
      },
    };
  }

  return {
    async prepare(held, revision) {
      const edition = await variants.edition(held.edition, revision);
      const common = await commonChoices(db, held.edition, { ...held, limit: COMMON_CHOICES });
      const choices = common.flatMap((reader) => edition.choose(reader) ?? []);
      const failures: unknown[] = [];
      for (const choice of choices) {
        try {
          await edition.variant(choice);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length === 0) return;
      if (failures.length === choices.length) throw failures[0];
      onUnmade(held.edition, failures[0]);
    },
    compose(held, row) {
      try {
        const edition = variants.edition(held.edition, row.revision);
        const composed =
          edition instanceof Promise
            ? edition.then((ready) => withEdition(ready, row))
            : withEdition(edition, row);
        if (!(composed instanceof Promise)) return composed;
        return composed.catch((error: unknown) => gone(held, row, error));
      } catch (error) {
        return gone(held, row, error);
      }
    },
  };
}

const skipped: Composed = { settlement: { state: 'skipped', reason: 'nothing' } };

const failed = (reason: string, answer: string): Composed => ({
  settlement: { state: 'failed', reason, answer, event: { phase: 'compose', reply: answer } },
});

/** Looks up what readers of one claim got before by one query, made when all of them have asked. */
function batched(db: Context['db']) {
  const waiting = new Map<
    ReadyEdition,
    { subscribers: string[]; found: ReturnType<typeof broughtBefore> }
  >();
  return (edition: ReadyEdition, subscriber: string): Promise<Set<string> | undefined> => {
    let batch = waiting.get(edition);
    if (!batch) {
      const subscribers: string[] = [];
      const found = Promise.resolve().then(() => {
        waiting.delete(edition);
        return broughtBefore(db, edition.content.overlaps, subscribers);
      });
      batch = { subscribers, found };
      waiting.set(edition, batch);
    }
    batch.subscribers.push(subscriber);
    return batch.found.then((brought) => brought.get(subscriber));
  };
}
