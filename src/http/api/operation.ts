import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { Context } from '../../context.ts';
import type { Db, DbOrTransaction } from '../../database/connection.ts';
import type { Role } from '../../database/tables.ts';
import type { Actor } from '../../operators/audit.ts';
import {
  keepAnswer,
  replay,
  requestHash,
  takeIdempotencyKey,
} from '../../operators/idempotency.ts';
import type { Scope } from '../../operators/scope.ts';
import { invalid } from '../../problems/to-problem.ts';
import type { Queues } from '../../queue/queues.ts';
import { HashedBody, jsonBody } from '../middleware/bodies.ts';
import { Problem, tryLater } from '../middleware/problem.ts';
import {
  actorOf,
  requireRole,
  requireRoleIn,
  requireScopedRole,
  roleOf,
  scopeOf,
} from '../middleware/roles.ts';
import { describe, type Spec } from './specification.ts';
import { requireMatch, sendVersion, type Version } from './versions.ts';

const MOST_RUNS = 3;

/** What a call was asked, with everything checked. */
export interface Call<P, Q, B> {
  context: Context;
  actor: Actor;
  role: Role;
  scope: Scope;
  params: P;
  query: Q;
  body: B;
  /** The body as it came: where a field that is absent differs from one with its default. */
  input: unknown;
}

/** What it answers, and the tickets of the work it made: enqueued once all is committed. */
export interface Answer {
  status?: number;
  body?: unknown;
  /** It is the answer to an earlier request with the same Idempotency-Key. */
  replayed?: boolean;
  /** Kept for the Idempotency-Key in place of `body`, which holds a secret: that is shown once. */
  kept?: unknown;
  enqueue?: (queues: Queues) => Promise<unknown>;
}

/** One call of the API: how it is described and how it is served, both from the same schemas. */
export interface Operation {
  method: Spec<z.ZodObject, z.ZodObject, z.ZodType>['method'];
  path: string;
  document: ZodOpenApiOperationObject;
  serve(context: Context): RequestHandler[];
}

type Parsed<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> = Call<
  z.output<P>,
  z.output<Q>,
  z.output<B>
>;

/** A call that changes nothing. */
export function reads<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Spec<P, Q, B>,
  handle: (call: Parsed<P, Q, B>, db: Db, res: Response) => Promise<Answer | undefined>,
): Operation {
  return operation(spec, [], async (call, req, res) => {
    const answer = await handle(call, call.context.db, res);
    if (answer) send(req, res, answer, spec.version);
  });
}

/**
 * A call that changes something, in one transaction: what it changes, its audit row, and the answer kept
 * for its Idempotency-Key.
 */
export function changes<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Spec<P, Q, B> & { before?: RequestHandler[] },
  handle: (call: Parsed<P, Q, B>, tx: DbOrTransaction) => Promise<Answer>,
): Operation {
  return operation(spec, spec.before ?? jsonBody, async (call, req, res) => {
    const key = idempotencyKey(req);
    const answer = await call.context.db.transaction().execute(async (tx): Promise<Answer> => {
      const change = async () => {
        if (spec.version) await requireMatch(tx, req, call, spec.version);
        return handle(call, tx);
      };
      if (key === undefined || call.actor.kind !== 'token') return change();
      const hash = requestHash(req.method, req.originalUrl, req.body);
      const request = { tokenId: call.actor.id, key, hash };
      const earlier = await takeIdempotencyKey(tx, request);
      if (earlier) return { ...replay(earlier, hash), replayed: true };
      const made = await change();
      await keepAnswer(tx, request, { status: made.status ?? 200, body: made.kept ?? made.body });
      return made;
    });
    await answer.enqueue?.(call.context.queues);
    send(req, res, answer, spec.version);
  });
}

/**
 * A call that takes its time and works in transactions of its own. Its Idempotency-Key is held while it
 * runs, and kept with the answer when it is done; what fails half-way may be called again.
 */
export function runs<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Spec<P, Q, B> & { before?: RequestHandler[] },
  handle: (call: Parsed<P, Q, B>, body: HashedBody) => Promise<Answer>,
): Operation {
  // Each holds a connection for its key's lock and takes others for its work: all of a pool would wait for
  // each other for ever.
  let running = 0;
  return operation(spec, spec.before ?? jsonBody, async (call, req, res) => {
    const key = idempotencyKey(req);
    const body = new HashedBody(req);
    const answerWith = (answer: Answer) => {
      if (spec.location) res.location(spec.location(answer.body));
      send(req, res, answer);
    };
    if (key === undefined || call.actor.kind !== 'token')
      return answerWith(await handle(call, body));
    const { id: tokenId } = call.actor;
    if (running >= MOST_RUNS) throw tryLater(503, 2, 'Too many of these are running: try again.');
    running++;
    try {
      // Idle, and having written nothing, this transaction holds no snapshot: only the key's lock.
      const answer = await call.context.db.transaction().execute(async (tx): Promise<Answer> => {
        const earlier = await takeIdempotencyKey(tx, { tokenId, key });
        if (earlier) return { ...replay(earlier, await body.hash()), replayed: true };
        const made = await handle(call, body);
        const request = { tokenId, key, hash: await body.hash() };
        await keepAnswer(tx, request, { status: made.status ?? 200, body: made.body });
        return made;
      });
      return answerWith(answer);
    } finally {
      running--;
    }
  });
}

function operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: Spec<P, Q, B>,
  before: RequestHandler[],
  run: (call: Parsed<P, Q, B>, req: Request, res: Response) => Promise<void>,
): Operation {
  return {
    method: spec.method,
    path: spec.path,
    document: describe(spec),
    serve: (context) => [
      ruleOf(spec, context),
      ...before,
      async (req, res) => {
        const call: Parsed<P, Q, B> = {
          context,
          actor: actorOf(res),
          role: roleOf(res),
          scope: scopeOf(res),
          params: readParams(spec.params, req),
          query: read(spec.query ?? z.strictObject({}), req.query, 'query') as z.output<Q>,
          // a file is read by the call itself
          body: (spec.bodyTypes
            ? undefined
            : read(spec.body ?? nothing, req.body, 'body')) as z.output<B>,
          input: req.body,
        };
        await run(call, req, res);
      },
    ],
  };
}

function ruleOf<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  { role, reach }: Spec<P, Q, B>,
  { db }: Context,
) {
  if (reach === undefined) return requireRole(role);
  if (reach === 'scoped') return requireScopedRole(role);
  return requireRoleIn(role, (params) => reach(db, params));
}

// `{}` as the body of a call that takes none is what many clients send.
const nothing = z.strictObject({}).optional();

function read<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: 'body' | 'query',
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error, where);
  return parsed.data;
}

/** An id that cannot be one is one that nothing has: 404, not 422. */
function readParams<P extends z.ZodObject>(schema: P | undefined, req: Request): z.output<P> {
  const parsed = (schema ?? z.object({})).safeParse(req.params);
  if (!parsed.success) throw new Problem(404, 'There is nothing at this address.');
  return parsed.data as z.output<P>;
}

function idempotencyKey(req: Request): string | undefined {
  if (req.method !== 'POST') return undefined;
  const key = req.get('Idempotency-Key');
  if (key !== undefined && (key === '' || key.length > 255))
    throw new Problem(400, 'An Idempotency-Key has 1 to 255 characters.');
  return key;
}

function send(req: Request, res: Response, answer: Answer, version?: Version): void {
  const status = answer.status ?? 200;
  res.status(status);
  if (answer.replayed) res.set('Idempotency-Replayed', 'true');
  else if (version && answer.body !== undefined) sendVersion(req, res, version, answer.body);
  if (status === 204) res.end();
  else if (req.method === 'HEAD') res.end();
  else res.json(answer.body);
}
