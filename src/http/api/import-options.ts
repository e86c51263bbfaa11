import { z } from 'zod';
import type { ImportRequest } from '../../actions/imports.ts';
import {
  type Field,
  fields,
  formats,
  type ListState,
  listStates,
} from '../../subscribers/import/understanding/understood.ts';

const pairs = z.union([z.string(), z.array(z.string()).max(500)]).optional();
const consentSource = z.string().min(1).max(200).optional().meta({
  description:
    'Where those agreed of whose consent the file says nothing. It is stored with who said so; goes with consentAt',
});
const consentAt = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional();
const newsletter = z
  .string()
  .max(100)
  .optional()
  .meta({ description: 'Its slug. Left out: each line names its own', example: 'daily' });
const format = z
  .enum(formats)
  .optional()
  .meta({ description: 'Whose export it is. Left out: what its columns look like' });
const field = z.enum([...fields, '']);
const state = z.enum(listStates);

/** What is said with a file in the query of a call. */
const query = {
  newsletter,
  format,
  map: pairs.meta({
    description:
      'A column and what it holds, as `Correo:email`; with nothing after the colon it is ignored. May be given often',
    example: 'Correo:email',
  }),
  state: pairs.meta({
    description: 'A value of the column of states and what it means, as `paused:unsubscribed`',
  }),
  consentSource,
  consentAt,
  dryRun: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Only look what would become of the lines' }),
};

/** The same in the body that starts one again. */
export const startBody = z
  .strictObject({
    newsletter,
    format,
    map: z.record(z.string(), field).optional(),
    state: z.record(z.string(), state).optional(),
    consentSource,
    consentAt,
    dryRun: z.boolean().optional(),
  })
  .optional();

type Given = Partial<z.output<z.ZodObject<typeof query>>> | NonNullable<z.output<typeof startBody>>;

export const listOptions = {
  query,
  /** Throws ZodError for a pair that is none. */
  read({
    newsletter,
    format,
    map,
    state: states,
    consentSource,
    consentAt,
    dryRun,
  }: Given): ImportRequest {
    return {
      ...(newsletter === undefined ? {} : { newsletter }),
      ...(format === undefined ? {} : { format }),
      ...(map === undefined ? {} : { map: recordOf<Field | ''>(map, 'map', field) }),
      ...(states === undefined ? {} : { states: recordOf<ListState>(states, 'state', state) }),
      ...(dryRun === undefined ? {} : { dryRun }),
      ...consentOf(consentSource, consentAt),
    };
  },
};

function consentOf(source: string | undefined, at: string | undefined) {
  if (source === undefined && at === undefined) return {};
  if (source === undefined || at === undefined)
    throw wrong('consentAt', 'consentSource and consentAt go together.');
  return { consent: { source, at: new Date(at).toISOString() } };
}

function recordOf<T extends string>(
  given: string | string[] | Record<string, T>,
  name: string,
  schema: z.ZodType<T>,
): Record<string, T> {
  if (typeof given === 'object' && !Array.isArray(given)) return given;
  const record: Record<string, T> = {};
  for (const pair of [given].flat()) {
    const colon = pair.lastIndexOf(':');
    const read = schema.safeParse(pair.slice(colon + 1));
    if (colon < 1 || !read.success)
      throw wrong(name, `“${pair.slice(0, 80)}” is not known: write it as column:field.`);
    record[pair.slice(0, colon)] = read.data;
  }
  return record;
}

const wrong = (name: string, message: string) =>
  new z.ZodError([{ code: 'custom', path: [name], message, input: undefined }]);
