import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { classify } from '../src/bounces/classify.ts';
import { type Rates, share } from './corpora-rates.ts';

interface Label {
  file: string;
  recipients: { status: string; reason: string; hard: boolean; extra: string }[];
}

/** Whether bounces are told from each other as their labels say; undefined where there are none. */
export async function judgeBounces(corpora: string): Promise<Rates | undefined> {
  const labels = labelsOf<Label>(corpora, 'bounces');
  if (!labels) return undefined;
  const counts = {
    recipients: 0,
    hard: 0,
    hardFound: 0,
    soft: 0,
    wronglyHard: 0,
    arf: 0,
    arfRight: 0,
  };
  const misses: string[] = [];
  for (const { file, recipients } of labels) {
    const found = await classify(readFileSync(resolve(corpora, 'bounces', file)));
    const miss = (what: string) => misses.push(`${file}: ${what}, found ${JSON.stringify(found)}`);
    for (const [at, label] of recipients.entries()) {
      counts.recipients++;
      const hard = found.recipients[at]?.hard === true;
      if (label.reason === 'feedback') {
        counts.arf++;
        const type = found.kind === 'unsubscribe' ? 'opt-out' : found.recipients[at]?.reason;
        if (type === label.extra) counts.arfRight++;
        else miss(`a report of ${label.extra}`);
      }
      if (label.hard) {
        counts.hard++;
        if (hard) counts.hardFound++;
        else miss(`hard, ${label.reason}`);
      } else {
        counts.soft++;
        if (hard) counts.wronglyHard++;
        if (hard) miss(`soft, ${label.reason}`);
      }
    }
  }
  return {
    title: `${labels.length} bounces, complaints and automatic replies`,
    values: {
      files: labels.length,
      recipients: counts.recipients,
      hardFound: share(counts.hardFound, counts.hard),
      wronglyHard: counts.soft === 0 ? 0 : counts.wronglyHard / counts.soft,
      arf: share(counts.arfRight, counts.arf),
    },
    rows: [
      ['hard found', counts.hardFound, counts.hard, 0.99],
      ['wrongly hard', counts.wronglyHard, counts.soft, 0.015, 'most'],
      ['complaint type', counts.arfRight, counts.arf, 0.95],
    ],
    misses,
  };
}

/** Whether the addresses of Mailman's bounces are found, all and no other; undefined where there are none. */
export async function judgeAddresses(corpora: string): Promise<Rates | undefined> {
  const labels = labelsOf<{ file: string; recipients: string[] }>(corpora, 'bounces-mailman');
  if (!labels) return undefined;
  const misses: string[] = [];
  const inOrder = (all: (string | null)[]) =>
    all
      .flatMap((one) => one?.toLowerCase() ?? [])
      .toSorted()
      .join(' ');
  for (const { file, recipients } of labels) {
    const found = await classify(readFileSync(resolve(corpora, 'bounces-mailman', file)));
    const addresses = inOrder(found.recipients.map(({ address }) => address));
    if (addresses !== inOrder(recipients))
      misses.push(`${file}: ${recipients.join(' ')}, found ${addresses}`);
  }
  const right = labels.length - misses.length;
  return {
    title: `${labels.length} bounces collected by Mailman`,
    values: { files: labels.length, addresses: share(right, labels.length) },
    rows: [['addresses exact', right, labels.length, 0.97]],
    misses,
  };
}

function labelsOf<T>(corpora: string, folder: string): T[] | undefined {
  const file = resolve(corpora, folder, 'labels.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T[]) : undefined;
}
