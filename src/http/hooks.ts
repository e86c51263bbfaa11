import express, { type Request, Router } from 'express';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import {
  type FetchText,
  NotAuthentic,
  type Provider,
  type Told,
  UnreadableHook,
} from '../bounces/hooks/event.ts';
import { keepEvents } from '../bounces/hooks/keep.ts';
import { providers } from '../bounces/hooks/providers.ts';
import type { Context } from '../context.ts';
import { download } from '../feeds/http/download.ts';
import { networkOf } from './middleware/client-address.ts';
import { Problem, tryLater } from './middleware/problem.ts';

const LARGEST = '5mb';
/** Requests of one provider a second; and those of one network a minute that were not authentic. */
const MOST_A_SECOND = 100;
const MOST_WRONG_A_MINUTE = 60;

/**
 * Where providers tell what came back: `POST /hooks/:provider`, for those that HOOK_KEYS names. Answered 200 once the
 * events are written down; 401 to what is not authentic, 400 to what cannot be read.
 */
export function hookRoutes(
  { config, db, log, now }: Pick<Context, 'config' | 'db' | 'log' | 'now'>,
  fetchText: FetchText = fetchSmall,
): Router {
  const routes = Router();
  const requests = new RateLimiterMemory({ points: MOST_A_SECOND, duration: 1 });
  const wrong = new RateLimiterMemory({ points: MOST_WRONG_A_MINUTE, duration: 60 });
  const keysOf = (name: string) => config.hookKeys.filter(([provider]) => provider === name);

  routes.post(
    '/:provider',
    async ({ params, ip }, _response, next) => {
      if (keysOf(String(params['provider'])).length === 0)
        throw new Problem(404, 'There is nothing at this address.');
      const tried = await wrong.get(networkOf(ip));
      if (tried && tried.consumedPoints >= MOST_WRONG_A_MINUTE) throw tooMany(tried);
      await requests.consume(String(params['provider'])).catch((left: RateLimiterRes) => {
        throw tooMany(left);
      });
      next();
    },
    express.raw({ type: () => true, limit: LARGEST }),
    async (request, response) => {
      const name = String(request.params['provider']);
      try {
        const told = await read(request, keysOf(name));
        await keepEvents(db, name, told);
        response.sendStatus(200);
      } catch (error) {
        if (error instanceof UnreadableHook) throw new Problem(400, error.message);
        if (!(error instanceof NotAuthentic)) throw error;
        await wrong.penalty(networkOf(request.ip));
        log.warn({ provider: name }, 'a request in a provider’s name was not authentic');
        throw new Problem(401, error.message);
      }
    },
  );

  /** What an authentic request tells, by any of the provider's secrets. */
  async function read(
    request: Request,
    keys: readonly (readonly [keyof typeof providers, string])[],
  ): Promise<Told> {
    const asked = {
      header: (name: string) => request.get(name),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      now: now(),
      fetchText,
    };
    for (const [provider, secret] of keys) {
      const told = await unlessNotAuthentic(providers[provider], asked, secret);
      if (told) return told;
    }
    throw new NotAuthentic();
  }
  return routes;
}

async function unlessNotAuthentic(
  provider: Provider,
  asked: Parameters<Provider>[0],
  secret: string,
): Promise<Told | undefined> {
  try {
    return await provider(asked, secret);
  } catch (error) {
    if (error instanceof NotAuthentic) return undefined;
    throw error;
  }
}

/** A certificate, or the page that confirms a subscription: from a public address, and from nowhere else. */
const fetchSmall: FetchText = async (url) => {
  const {
    status,
    body,
    url: from,
  } = await download(url, {
    headers: {},
    allowPrivate: false,
    maxBytes: 65_536,
    timeoutMs: 5_000,
    tooLarge: 'throw',
  });
  if (status !== 200 || from !== url) throw new NotAuthentic();
  return Buffer.from(body).toString();
};

const tooMany = ({ msBeforeNext }: Pick<RateLimiterRes, 'msBeforeNext'>) =>
  tryLater(429, msBeforeNext / 1000, 'Too many requests: try again later.');
