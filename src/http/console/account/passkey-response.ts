import { z } from 'zod';

const response = z.looseObject({
  id: z.string().min(1).max(2000),
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: z.string() }),
});

/** What a browser answered to a challenge, as it stands in a form's field. Undefined when it is nothing of the kind. */
export function readResponse(field: unknown): z.output<typeof response> | undefined {
  if (typeof field !== 'string') return undefined;
  try {
    return response.safeParse(JSON.parse(field)).data;
  } catch {
    return undefined;
  }
}
