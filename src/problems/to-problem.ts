import { z } from 'zod';
import { isDiskFull } from '../database/disk.ts';
import { statusOf } from './domain-errors.ts';
import { Problem, type ProblemDetail, tryLater } from './problem.ts';

// For what may be there again, where nobody said when.
const LATER_SECONDS = 300;

/**
 * Any error as the problem that is shown for it. What nobody named becomes a 500 that says no more than
 * `occurrence`, by which the log knows it.
 */
export function toProblem(error: unknown, occurrence: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError) return invalid(error);
  if (isLimited(error))
    return tryLater(429, error.msBeforeNext / 1000, 'Too many requests: wait, then try again.');
  if (!(error instanceof Error)) return unforeseen(error, occurrence);

  const status = statusOf(error);
  if (status !== undefined)
    return new Problem(status, error.message, {
      type: typeOf(error),
      cause: error,
      ...(status === 429 || status === 503 ? { headers: { 'Retry-After': secondsOf(error) } } : {}),
      ...('existing' in error && typeof error.existing === 'string'
        ? { existing: error.existing }
        : {}),
      ...('errors' in error
        ? {
            errors: (error.errors as ProblemDetail[]).map(({ pointer: at, detail }) => ({
              pointer: at,
              detail: plainly(detail),
            })),
          }
        : {}),
    });
  const unreadable = ofBodyParser(error);
  if (unreadable) return unreadable;
  if (isUnstorable(error))
    return new Problem(422, 'Text here holds a character that cannot be kept, such as U+0000.', {
      cause: error,
    });
  if (isDiskFull(error))
    return tryLater(
      503,
      60,
      'The disk of the database is full: nothing was saved. Try again once there is room.',
    );
  if (isDatabaseAway(error))
    return tryLater(503, 5, 'The database does not answer at the moment. Nothing was changed.');
  return unforeseen(error, occurrence);
}

function secondsOf(error: Error): string {
  const asked = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : 0;
  return String(asked || LATER_SECONDS);
}

/** A body or query that is not what the schema says: 422 that names every field. */
export function invalid(error: z.ZodError, where: 'body' | 'query' = 'body'): Problem {
  return new Problem(422, 'The request is not valid: see errors.', {
    type: 'urn:gaceta:invalid-request',
    errors: error.issues.flatMap((issue) => details(issue, where)),
  });
}

function details(issue: z.core.$ZodIssue, where: 'body' | 'query'): ProblemDetail[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key], where),
      detail: 'There is no such field.',
    }));
  return [{ pointer: pointer(issue.path, where), detail: plainly(issue.message) }];
}

// What a schema says by itself of a missing field or of another kind of value is written for programmers.
const plainly = (message: string) =>
  message.replace(/^Invalid input: expected (\w+), received (\w+)$/, (_, wanted, got) =>
    got === 'undefined'
      ? 'This field is needed.'
      : `Send ${kinds[wanted] ?? wanted} here, not ${got}.`,
  );
const kinds: Record<string, string> = {
  object: 'a JSON object',
  array: 'a list',
  string: 'text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function pointer(path: PropertyKey[], where: 'body' | 'query'): string {
  if (where === 'query') return `?${path.map(String).join('.')}`;
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** `EditionNotFound` → `urn:gaceta:edition-not-found`: what a program may tell two 409 apart by. */
function typeOf(error: Error): string {
  return `urn:gaceta:${error.name.replaceAll(/(?<!^)(?=[A-Z])/g, '-').toLowerCase()}`;
}

/** What rate-limiter-flexible rejects with is no Error. */
function isLimited(error: unknown): error is { msBeforeNext: number } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'msBeforeNext' in error &&
    typeof error.msBeforeNext === 'number'
  );
}

const unreadable: Record<string, [number, string]> = {
  'parameters.too.many': [413, 'The form has more fields than this address takes.'],
  'entity.parse.failed': [400, 'The body cannot be read: it is not valid JSON.'],
  'encoding.unsupported': [415, 'This Content-Encoding is not known here: send gzip, br or none.'],
  'charset.unsupported': [415, 'This charset is not known here: send UTF-8.'],
  'request.aborted': [400, 'The body ended before it was complete.'],
  'request.size.invalid': [400, 'The body is not as long as Content-Length says.'],
};

function ofBodyParser(error: Error): Problem | undefined {
  const { type, status, limit } = error as Error & {
    type?: unknown;
    status?: unknown;
    limit?: unknown;
  };
  if (type === 'entity.too.large')
    return new Problem(
      413,
      `The body is larger than ${bytes(Number(limit))}, the most that this address takes.`,
      {
        cause: error,
      },
    );
  const known = typeof type === 'string' ? unreadable[type] : undefined;
  if (known) return new Problem(known[0], known[1], { cause: error });
  // Express itself: an address with a broken %-escape, a path outside a folder of assets.
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem(status, 'The request cannot be read.', { cause: error });
  return undefined;
}

const bytes = (count: number) =>
  count >= 1024 ** 2 ? `${Math.round(count / 1024 ** 2)} MB` : `${Math.round(count / 1024)} kB`;

/** PostgreSQL's text has no U+0000, and its JSON no half of a surrogate pair. */
function isUnstorable(error: Error): boolean {
  const { code, message } = error as Error & { code?: unknown };
  return code === '22021' || code === '22P05' || (code === '22P02' && /type json/.test(message));
}

/** Connection refused or cut, server starting or stopping, too many connections (classes 08, 53, 57P). */
function isDatabaseAway(error: Error): boolean {
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string')
    return /^(08...|53...|57P0[1-3]|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/.test(code);
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message);
}

function unforeseen(cause: unknown, occurrence: string): Problem {
  return new Problem(500, `Unexpected error (${occurrence}).`, {
    cause,
  });
}
