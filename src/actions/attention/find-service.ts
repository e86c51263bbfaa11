import type { Context } from '../../context.ts';
import { diskRoom } from '../../database/disk.ts';
import { workersAlive } from '../../deliveries/stalled-editions.ts';
import { answersSoon } from '../watch-sending.ts';
import type { Finding } from './causes.ts';

type Parts = Pick<Context, 'db' | 'queues' | 'relays' | 'mailbox' | 'timings'>;

/** What the whole newsroom lacks, as this process sees it. */
export async function serviceTroubles({
  db,
  queues,
  relays,
  mailbox,
  timings,
}: Parts): Promise<Finding[]> {
  const [room, queue, workers] = await Promise.all([
    diskRoom(db),
    answersSoon(queues.counts('deliver')),
    workersAlive(db),
  ]);
  const { troubleMs } = timings.attention;
  const found: Finding[] = [];
  const add = (cause: 'disk' | 'queue' | 'workers' | 'relay', detail: string, graceMs: number) =>
    found.push({
      cause,
      subject: cause,
      newsletterId: null,
      detail,
      facts: { backend: queues.backend === 'redis' ? 'Redis' : 'PostgreSQL' },
      graceMs,
    });
  if (room !== 'enough') add('disk', `disk.${room}`, room === 'full' ? 0 : troubleMs);
  if (!queue) add('queue', 'queue', troubleMs);
  if (workers === 0) add('workers', 'workers', troubleMs);
  if (mailbox !== undefined || relays.length === 0) add('relay', 'relay', 0);
  return found;
}
