import type { createDocument } from 'zod-openapi';

type Document = ReturnType<typeof createDocument>;
type Node = Record<string, unknown>;
interface Operation {
  operationId: string;
  requestBody?: { content?: Record<string, { schema?: Node }> };
}

/**
 * The document as generators of clients can use it: bodies have names and no defaults that a client would send, and nothing in it is understood by JavaScript alone. Changes `document`.
 */
export function portable(document: Document): Document {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Node>;
  for (const [path, methods] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      const body = operation.requestBody?.content?.['application/json'];
      if (!body?.schema) continue;
      const { $ref } = body.schema;
      const named = typeof $ref === 'string' ? schemas[$ref.split('/').at(-1) ?? ''] : undefined;
      forEach(named ?? body.schema, method === 'patch' ? dropDefault : tellDefault);
      if (named) continue;
      const name = nameOf(method, path, operation.operationId);
      if (name in schemas) throw new Error(`Two schemas of the API are called ${name}.`);
      schemas[name] = body.schema;
      body.schema = { $ref: `#/components/schemas/${name}` };
    }
  forEach(document as unknown as Node, plain);
  return document;
}

/** `POST /feeds` → `NewFeed`, `PATCH /feeds/{id}` → `FeedChanges`, else by the call. */
function nameOf(method: string, path: string, operationId: string): string {
  const words = path.split('/').filter((part) => part !== '' && !part.startsWith('{'));
  const [noun = '', ...more] = words;
  const singular = capital(noun.replace(/s$/, ''));
  if (more.length === 0 && method === 'patch') return `${singular}Changes`;
  if (more.length === 0 && method === 'post') return `New${singular}`;
  return `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Body`;
}

const capital = (words: string) =>
  words
    .split('-')
    .map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
    .join('');

/** A client that sends what it believes to be the default would put back what somebody has changed. */
function dropDefault(node: Node): void {
  delete node['default'];
}

/** Generators make a field with a default one that has to be sent. */
function tellDefault(node: Node): void {
  if (!('default' in node)) return;
  const left = `Left out: ${JSON.stringify(node['default'])}`;
  const said = node['description'];
  node['description'] = typeof said === 'string' ? `${said}. ${left}` : left;
  delete node['default'];
}

/** What zod writes for its own kind, as JSON Schema in any language has it. */
function plain(node: Node): void {
  // a tuple: minItems and maxItems say the same, and generators take `false` for a schema
  if (node['items'] === false) delete node['items'];
  if ('propertyNames' in node && 'additionalProperties' in node) delete node['propertyNames'];
  if (typeof node['pattern'] !== 'string') return;
  // the format says it
  if (typeof node['format'] === 'string') delete node['pattern'];
  else node['pattern'] = withoutFlags(node['pattern']);
}

/** A pattern that means the same without the flag `u`. */
function withoutFlags(pattern: string): string {
  const controls = '\\u0000-\\u001f\\u007f-\\u009f';
  const read = pattern.replaceAll(/(\[[^\]]*)\\p\{Cc\}([^\]]*\])/g, `$1${controls}$2`);
  return read.replaceAll('\\P{Cc}', `[^${controls}]`).replaceAll('\\p{Cc}', `[${controls}]`);
}

function forEach(node: unknown, change: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const one of node) forEach(one, change);
    return;
  }
  change(node as Node);
  // the names of properties are no keywords
  for (const [key, value] of Object.entries(node))
    if (key === 'properties') for (const one of Object.values(value as Node)) forEach(one, change);
    else if (key !== 'example' && key !== 'enum' && key !== 'const') forEach(value, change);
}
