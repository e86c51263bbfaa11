import type { ShownEdition } from '../actions/show-editions.ts';

const WIDTH = 30;

/** Shows how far an edition is, on stderr: a bar that is drawn anew on a terminal, else a line now and then. */
export function openProgress(stream: NodeJS.WriteStream = process.stderr): {
  show(edition: ShownEdition): void;
  end(): void;
} {
  let before = '';
  let told = 0;
  return {
    show(edition) {
      const line = progressLine(edition);
      if (line === before) return;
      if (stream.isTTY) stream.write(`\r\u{1b}[2K${line}`);
      else if (performance.now() - told > 5000) {
        stream.write(`${line}\n`);
        told = performance.now();
      } else return;
      before = line;
    },
    end() {
      if (stream.isTTY && before !== '') stream.write('\n');
    },
  };
}

/** `████░░ 290/503 sent, 6 failed, 12.5/s`. Planned means that the sum is known. */
export function progressLine({ ledger, audience, messagesPerSecond }: ShownEdition): string {
  const { queued, sending, sent, failed, skipped, uncertain } = ledger;
  const ended = sent + failed + skipped + uncertain;
  const all = audience ?? queued + sending + ended;
  const filled = all > 0 ? Math.round((ended / all) * WIDTH) : 0;
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const counts = [`${sent}/${all} sent`];
  for (const [count, word] of [
    [skipped, 'skipped'],
    [failed, 'failed'],
    [uncertain, 'uncertain'],
  ] as const)
    if (count > 0) counts.push(`${count} ${word}`);
  if (messagesPerSecond) counts.push(`${messagesPerSecond}/s`);
  return `${bar} ${counts.join(', ')}`;
}
