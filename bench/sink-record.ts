import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Starts the recording sink on a port; it adds to what the file holds already. */
export async function launchSink(
  port: number,
  file: string,
  faults: Record<string, number> = {},
): Promise<ChildProcess> {
  const options = JSON.stringify({ port, file, faults });
  const child = fork(join(import.meta.dirname, 'recording-sink.ts'), [options]);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the sink ended with ${code}`);
  });
  gone.catch(() => undefined);
  await Promise.race([once(child, 'message'), gone]);
  return child;
}

/** What a sink took and refused, by recipient. */
export interface SinkRecord {
  /** The Message-IDs of every copy that was taken. */
  taken: Map<string, string[]>;
  refused: Set<string>;
}

/** Reads the sink's own record. A last line that a kill cut short was not answered, and is left out. */
export function readRecord(file: string): SinkRecord {
  const record: SinkRecord = { taken: new Map(), refused: new Set() };
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  for (const line of lines) {
    const [what, to = '', id = ''] = line.split(' ');
    if (what === 'refused') record.refused.add(to);
    else if (what === 'taken') record.taken.set(to, [...(record.taken.get(to) ?? []), id]);
  }
  return record;
}
