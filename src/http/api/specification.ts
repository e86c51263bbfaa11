import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { Role } from '../../database/tables.ts';
import { problemShape } from './shapes.ts';

/** What is said of a call once: it is checked by it, and described by it. */
export interface Spec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/editions/{id}`. */
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  /** The least role that may call it. */
  role: Role;
  params?: P;
  query?: Q;
  body?: B;
  /** A body that is no JSON: its media type. */
  bodyType?: string;
  /** Answers that are no error, by status, and which errors beside those that every call may give. */
  answers: Record<number, { description: string; schema?: z.ZodType; type?: string }>;
  errors?: number[];
}

/** The call as OpenAPI tells it. */
export function describe<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: Spec<P, Q, B>,
): ZodOpenApiOperationObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, { description, schema, type }] of Object.entries(spec.answers))
    responses[status as '200'] = {
      description,
      ...(schema ? { content: { [type ?? 'application/json']: { schema } } } : {}),
    };
  const usual = [401, 403, 429, 503, ...(spec.params ? [404] : []), ...(spec.query ? [422] : [])];
  const ofBody = spec.method === 'get' || spec.method === 'delete' ? [] : [400, 413, 415, 422];
  for (const status of new Set([...usual, ...ofBody, ...(spec.errors ?? [])]))
    responses[String(status) as '400'] = {
      description: 'Failed; the body says why',
      content: { 'application/problem+json': { schema: problemShape } },
    };
  const header = z.object({
    'Idempotency-Key': z.string().min(1).max(255).optional().meta({
      description:
        'Kept for 24 hours with the answer: the same key and body replays it, another body is 422, a first request that still runs 409.',
    }),
  });
  return {
    tags: [spec.tag],
    summary: spec.summary,
    description: `${spec.description ?? ''}\n\nRole: ${spec.role} or more.`.trim(),
    operationId: `${spec.method}${spec.path.replaceAll(/[/{}-]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    requestParams: {
      ...(spec.params ? { path: spec.params } : {}),
      ...(spec.query ? { query: spec.query } : {}),
      ...(spec.method === 'post' ? { header } : {}),
    },
    ...(spec.body
      ? { requestBody: { content: { 'application/json': { schema: spec.body } } } }
      : {}),
    ...(spec.bodyType
      ? { requestBody: { content: { [spec.bodyType]: { schema: z.string() } } } }
      : {}),
    responses,
  };
}
