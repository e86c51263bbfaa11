import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Role } from '../../database/tables.ts';
import { problemShape } from './shapes.ts';
import type { Version } from './versions.ts';

/** The id of the newsletter that the thing a path names is of; undefined where there is no such thing. */
export type NewsletterOf = (
  db: DbOrTransaction,
  params: Record<string, string>,
) => Promise<string | undefined>;

/** What is said of a call once: it is checked by it, and described by it. */
export interface Spec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/editions/{id}`. */
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  /** The least role that may call it. */
  role: Role;
  /**
   * For callers who are bound to some newsletters. Left out: it is of the whole newsroom, and they are refused.
   * `scoped`: the handler keeps to `call.scope`. Else finds the newsletter of what the path names; see requireRoleIn.
   */
  reach?: 'scoped' | NewsletterOf;
  /** The resource that it answers, and if it changes one, that If-Match is compared with. */
  version?: Version;
  params?: P;
  query?: Q;
  body?: B;
  /** A body that is no JSON: the media types it may have. */
  bodyTypes?: string[];
  /** The address of what it made, told by its body: goes as Location. */
  location?: (body: unknown) => string;
  /** Answers that are no error, by status, and which errors beside those that every call may give. */
  answers: Record<number, { description: string; schema?: z.ZodType; type?: string }>;
  errors?: number[];
}

/** The call as OpenAPI tells it. */
export function describe<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: Spec<P, Q, B>,
): ZodOpenApiOperationObject {
  const changing = spec.method !== 'get';
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, { description, schema, type }] of Object.entries(spec.answers))
    responses[status as '200'] = {
      description,
      headers: z.object({
        ...everywhere,
        ...(spec.version && schema ? { ETag: headers.etag } : {}),
        ...(spec.method === 'post' ? { 'Idempotency-Replayed': headers.replayed } : {}),
        ...(spec.location ? { Location: headers.location } : {}),
      }),
      ...(schema ? { content: { [type ?? 'application/json']: { schema } } } : {}),
    };
  for (const status of errorsOf(spec))
    responses[String(status) as '400'] = {
      description: meanings[status] ?? 'Not done: the problem says why',
      headers: z.object({
        ...everywhere,
        ...(status === 429 || status === 503 ? { 'Retry-After': headers.retryAfter } : {}),
        ...(status === 412 ? { ETag: headers.etag } : {}),
      }),
      content: { 'application/problem+json': { schema: problemShape } },
    };
  const header = {
    ...(spec.method === 'post' ? { 'Idempotency-Key': idempotencyKey } : {}),
    ...(spec.version && changing ? { 'If-Match': ifMatch } : {}),
  };
  return {
    tags: [spec.tag],
    summary: spec.summary,
    description:
      `${spec.description ?? ''}\n\nRole: ${spec.role} or more${spec.reach ? '' : ', bound to no newsletter'}.`.trim(),
    operationId: operationIdOf(spec.method, spec.path),
    requestParams: {
      ...(spec.params ? { path: spec.params } : {}),
      ...(spec.query ? { query: spec.query } : {}),
      ...(Object.keys(header).length > 0 ? { header: z.object(header) } : {}),
    },
    ...(spec.body
      ? {
          requestBody: {
            required: !spec.body.safeParse(undefined).success,
            content: { 'application/json': { schema: spec.body } },
          },
        }
      : {}),
    ...(spec.bodyTypes
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              spec.bodyTypes.map((type) => [
                type,
                { schema: z.string().meta({ format: 'binary' }) },
              ]),
            ),
          },
        }
      : {}),
    responses,
  };
}

/** `GET /exports/subscribers.csv` → `getExportsSubscribersCsv`: a name in any language. */
const operationIdOf = (method: string, path: string) =>
  `${method}${path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`;

/** Which errors a call may give, told from its own shape, beside those that it names. */
function errorsOf<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>({
  method,
  params,
  query,
  body,
  version,
  errors = [],
}: Spec<P, Q, B>): number[] {
  const names = [query, body].some(
    (schema) => schema instanceof z.ZodObject && 'newsletter' in schema.shape,
  );
  return [
    ...new Set([
      // an unknown parameter is one that is wrong
      400,
      401,
      403,
      422,
      429,
      503,
      ...(params || names ? [404] : []),
      ...(method === 'get' ? [] : [413, 415]),
      // the first request with an Idempotency-Key may still run
      ...(method === 'post' ? [409] : []),
      ...(version && method !== 'get' ? [412] : []),
      ...errors,
    ]),
  ].toSorted((one, other) => one - other);
}

const meanings: Record<number, string> = {
  400: 'The request cannot be read',
  401: 'No API token, or one that is not known, revoked or expired',
  403: 'The token has a lower role, or is bound to some newsletters',
  404: 'There is no such thing',
  409: 'Not in this state, taken, or still being done: the problem says which',
  412: 'It has changed since the version of If-Match',
  413: 'The body is larger than the limit that the problem names',
  415: 'The body is of another type',
  422: 'Not valid: the problem names every field',
  429: 'Too many requests',
  503: 'Something is away: try again later',
};

const headers = {
  etag: z.string().meta({
    description:
      'The version of what can be changed; counts and times that change by themselves are no part of it',
  }),
  location: z.string().meta({ description: 'The address of what was made' }),
  retryAfter: z.string().meta({ description: 'Seconds' }),
  replayed: z.string().optional().meta({
    description: '`true`: the answer to an earlier request with this Idempotency-Key',
  }),
};

const everywhere = {
  'X-Request-Id': z.string().meta({ description: 'Names the request in the log' }),
  RateLimit: z.string().optional().meta({
    description: 'How many requests of this token are left (`r`) in so many seconds (`t`)',
    example: '"token";r=5999;t=60',
  }),
};

const idempotencyKey = z.string().min(1).max(255).optional().meta({
  description:
    'Kept for 24 hours with the answer: the same key and body replays it, another body is 422, a first request that still runs 409.',
});
const ifMatch = z.string().optional().meta({
  description:
    'Change it only if it is still this version: an ETag, or of an edition its revision.',
});
