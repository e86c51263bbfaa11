import type { z } from 'zod';
import type { FieldError } from './errors.ts';

/** What zod found wrong, as JSON pointers with a sentence each; every unknown field by its name. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointer([...issue.path, key]),
          detail: 'unknown field',
        }))
      : [{ pointer: pointer(issue.path), detail: issue.message }],
  );
}

const pointer = (path: PropertyKey[]) =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
