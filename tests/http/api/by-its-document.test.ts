import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { addArticle, addReaders } from './fixtures.ts';
import { openApi } from './harness.ts';

type Schema = Record<string, unknown> & {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
};
interface Call {
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Document {
  paths: Record<string, Record<string, Call>>;
  components: { schemas: Record<string, Schema> };
}

const { call, context, base } = await openApi();
await addReaders(context.db, 2);
await addArticle(context.db, { title: 'Ferry is late' });
await call('POST', '/editions', { newsletter: 'daily', kind: 'daily' });
await call('POST', '/webhooks', { url: 'https://cms.example.org/', events: ['changed'] });

// as a stranger reads it: over http, and nothing of our own schemas
const document = (await (await fetch(`${base}/api/openapi.json`)).json()) as Document;

/** A part of the document as a schema of its own. */
const standalone = (schema: Schema): Schema =>
  JSON.parse(
    JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll(
      '#/components/schemas/',
      '#/$defs/',
    ),
  );
const checks = new Map<Schema, z.ZodType>();
function checkOf(schema: Schema): z.ZodType {
  const known = checks.get(schema) ?? z.fromJSONSchema(standalone(schema) as never);
  checks.set(schema, known);
  return known;
}

const resolve = (schema: Schema): Schema => {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
};

/** Values that a schema takes, for the most part. */
function valuesOf(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolve(given);
  const some = schema.anyOf ?? schema.oneOf;
  if (some) return fc.oneof(...some.map(valuesOf));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema['const']);
  const types = [schema.type ?? 'string'].flat();
  if (types.length > 1) return fc.oneof(...types.map((type) => valuesOf({ ...schema, type })));
  switch (types[0]) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.ceil(Number(schema['minimum'] ?? -5)),
        max: Number(schema['maximum'] ?? 5000),
      });
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { maxLength: 3 });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valuesOf(one)]),
        ),
        { requiredKeys: schema.required ?? [] },
      );
    default:
      return textOf(schema);
  }
}

function textOf(schema: Schema): fc.Arbitrary<string> {
  const example = typeof schema['example'] === 'string' ? [schema['example']] : [];
  const usual = [
    ...example,
    'daily',
    'news',
    'en',
    'ana@example.org',
    'https://news.example.org/a',
  ];
  const formats: Record<string, string[]> = {
    'date-time': ['2199-01-01T00:00:00Z', '2026-11-01T10:00:00+02:00'],
    date: ['2026-11-24'],
  };
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(formats[String(schema['format'])] ?? usual)) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.constantFrom('', '1', '2', '07:00', 'Europe/Madrid', '٣', '\u{0}') },
  );
}

const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method: method.toUpperCase(), one })),
);

/** Anything for the parameters of a place; what must be there is. */
const parametersOf = (one: Call, place: string) =>
  fc.record(
    Object.fromEntries(
      (one.parameters ?? [])
        .filter((parameter) => parameter.in === place)
        .map(({ name, schema }) => [
          name,
          place === 'path'
            ? fc.constantFrom('1', '2', 'daily', '999', 'post-1', 'a b')
            : valuesOf(schema).map((value) => String(value).replaceAll('\0', '0').slice(0, 200)),
        ]),
    ),
    place === 'path' ? {} : { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string>>;

it.each(calls)('$method $path answers as its document says', async ({ path, method, one }) => {
  const taken = one.requestBody?.content['application/json']?.schema;
  const bodies = taken
    ? fc.oneof({ weight: 9, arbitrary: valuesOf(taken) }, { weight: 1, arbitrary: fc.jsonValue() })
    : fc.constant(undefined);
  const property = fc.asyncProperty(
    parametersOf(one, 'path'),
    parametersOf(one, 'query'),
    bodies,
    async (inPath, inQuery, body) => {
      const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(inPath[name] ?? '1'),
      );
      const query = new URLSearchParams(inQuery).toString();
      const answer = await call(method, `${place}?${query}`, body);
      const told = `${method} ${place}?${query} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`;
      expect(answer.status, told).toBeLessThan(500);
      const described = one.responses[String(answer.status)];
      expect(described, `${told}: a status that is not described`).toBeDefined();
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      if (!type.endsWith('json')) return;
      const schema = described?.content?.[type]?.schema;
      expect(schema, `${told}: ${type} is not described`).toBeDefined();
      const read = checkOf(schema ?? {}).safeParse(answer.body);
      expect(read.error?.issues ?? [], told).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 25, seed: 7 });
});

it('knows an answer that is off its schema', () => {
  const described = document.paths['/editions']?.['get']?.responses['200'];
  const schema = described?.content?.['application/json']?.schema ?? {};
  expect(checkOf(schema).safeParse({ data: [], next: null }).success).toBe(true);
  expect(checkOf(schema).safeParse({ data: [{ id: 7 }], next: null }).success).toBe(false);
});
