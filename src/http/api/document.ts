import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { operations } from './operations.ts';
import { portable } from './portable.ts';

/** The OpenAPI description of every call, made from the schemas that check them. */
export function apiDocument(publicUrl: string): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const { method, path, document } of operations)
    paths[path] = { ...paths[path], [method]: document };
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Gaceta',
        version: '1',
        description:
          'Newsletters, their editions and their readers. Every call takes an API token (`npx gaceta tokens create --name NAME`).\n\nRoles, each with all that those before it may: viewer, sender, editor, admin.',
      },
      servers: [{ url: `${publicUrl}/api/v1` }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      tags: [...new Set(operations.flatMap((operation) => operation.document.tags ?? []))].map(
        (name) => ({ name }),
      ),
      paths,
    },
    {
      // Fields may be added to what is answered; a body with unknown ones is refused.
      override: ({ jsonSchema, io }) => {
        if (io === 'output') delete jsonSchema.additionalProperties;
      },
    },
  );
  return portable(document);
}
