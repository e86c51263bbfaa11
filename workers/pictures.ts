import { RenderError } from '../emails/render/renderer.ts';
import type { Context } from '../src/context.ts';
import {
  claimPicture,
  hostOf,
  postponePicture,
  releasePicture,
  settlePicture,
  type WantedPicture,
  wantPicturesOfDrafts,
} from '../src/pictures/claims.ts';
import { fetchPicture, PictureUnavailable } from '../src/pictures/fetch.ts';
import { forgetPictures } from '../src/pictures/forget.ts';
import { rememberPictureMode } from '../src/pictures/mode.ts';
import type { Task } from '../src/process/clock.ts';

/** Makes the stories' pictures ours. */
export interface PictureFetcher {
  tasks: Task[];
  /** Takes no more, and breaks off what is under way. */
  stop(): Promise<void>;
}

const AT_ONCE = 4;
// A server that hangs holds up its own pictures, and leaves room for those of others.
const OF_ONE_HOST = 2;

/**
 * Opens the fetcher. It asks the database alone what is wanted, and any number of workers may run. No edition waits
 * for it: what is ready when it is frozen is in it.
 */
export function openPictureFetcher(context: Context): PictureFetcher {
  const { db, config, log, timings } = context;
  const underWay = new Map<WantedPicture, Promise<void>>();
  const stopping = new AbortController();
  let claiming: Promise<void> | undefined;

  function look(): Promise<void> {
    claiming ??= claim().finally(() => {
      claiming = undefined;
    });
    return claiming;
  }

  async function claim(): Promise<void> {
    while (underWay.size < AT_ONCE && !stopping.signal.aborted) {
      const hosts = Map.groupBy(underWay.keys(), ({ url }) => hostOf(url));
      const busy = [...hosts].filter(([, all]) => all.length >= OF_ONE_HOST).map(([host]) => host);
      const picture = await claimPicture(db, busy);
      if (!picture) return;
      begin(picture);
    }
  }

  function begin(picture: WantedPicture): void {
    const run = makeOurs(context, picture, stopping.signal)
      .catch((err) => log.error({ err, picture: picture.url }, 'a picture was not fetched'))
      .finally(() => {
        underWay.delete(picture);
        // what waits behind it need not wait for the clock
        void look().catch((err) => log.debug({ err }, 'pictures are asked for again by the clock'));
      });
    underWay.set(picture, run);
  }

  const tasks: Task[] = [
    {
      name: 'pictures: remember whose are shown',
      everyMs: 3_600_000,
      run: () => rememberPictureMode(db, config.pictures),
    },
    {
      name: 'pictures: forget those of a month ago',
      everyMs: 3_600_000,
      run: async () => {
        const files = await forgetPictures(db);
        if (files > 0) log.info({ files }, 'pictures that nothing shows any more are deleted');
      },
    },
  ];
  if (config.pictures === 'own')
    tasks.push(
      { name: 'pictures: fetch', everyMs: timings.housekeeping.picturesMs, run: look },
      {
        name: 'pictures: ask for those of drafts',
        everyMs: timings.housekeeping.composeMs,
        run: () => wantPicturesOfDrafts(db),
      },
    );
  return {
    tasks,
    async stop() {
      stopping.abort();
      await claiming;
      await Promise.all(underWay.values());
    },
  };
}

/** Fetches a picture, has it cropped in the child, and stores what it became, or why it cannot be used. */
async function makeOurs(
  { db, config, cropper, log }: Context,
  wanted: WantedPicture,
  signal: AbortSignal,
): Promise<void> {
  const { url } = wanted;
  try {
    const bytes = await fetchPicture(url, { allowPrivate: config.feedAllowPrivate, signal });
    const { problem, ...made } = await cropper.crop(bytes);
    if (problem) log.info({ picture: url, problem }, 'a picture cannot be read: it is left out');
    await settlePicture(db, url, { ...made, reason: problem && 'unreadable' });
  } catch (error) {
    if (signal.aborted) return releasePicture(db, url);
    if (error instanceof RenderError) return postponePicture(db, wanted, 'notCropped');
    if (!(error instanceof PictureUnavailable)) throw error;
    log.info({ picture: url, reason: error.message }, 'a picture cannot be had');
    if (error.temporary) return postponePicture(db, wanted, error.message);
    await settlePicture(db, url, { lead: null, thumbnail: null, reason: error.message });
  }
}
