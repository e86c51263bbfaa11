import type { Response } from 'express';
import { z } from 'zod';
import { type PreviewFormat, previewEdition, previewFormats } from '../../actions/preview.ts';
import { layoutSchema } from '../../newsletters/settings.ts';
import { formatSchema } from '../../subscribers/choices.ts';
import { type Operation, reads } from './operation.ts';
import { ofEdition } from './reach.ts';
import { byId } from './shapes.ts';

const types: Record<PreviewFormat, string> = {
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  mjml: 'text/plain; charset=utf-8',
  eml: 'message/rfc822',
};

/** Sends a preview as what it is. Opened in a browser it can run nothing and knows no cookie. */
export function sendPreview(res: Response, format: PreviewFormat, body: Buffer): void {
  res
    .set(
      'Content-Security-Policy',
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
    )
    .set('X-Frame-Options', 'SAMEORIGIN')
    .set('Referrer-Policy', 'no-referrer')
    .set('Content-Type', types[format])
    .end(body);
}

/** How much of an edition a reader wants, and how it is laid out, of a preview and a test. */
export const looks = {
  content: formatSchema.optional().meta({
    description: 'As `format` of a subscription: how much of it the reader wants; left out: all',
  }),
  layout: layoutSchema.optional().meta({ description: "Left out: the edition's" }),
};

export const previewOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/editions/{id}/preview',
      tag: 'Editions',
      summary: 'See an edition as a reader gets it',
      role: 'viewer',
      reach: ofEdition,
      params: byId,
      query: z.strictObject({
        format: z.enum(previewFormats).default('html'),
        language: z.string().max(35).optional().meta({ description: "Left out: the newsletter's" }),
        sections: z.string().optional().meta({
          description: 'Slugs, separated by commas; left out: all',
          example: 'news,updates',
        }),
        ...looks,
      }),
      answers: {
        200: {
          description: 'In that format: html, plain text, MJML or the whole message',
          schema: z.string(),
          type: 'text/html',
        },
      },
      errors: [409],
    },
    async ({ params, query, context }, _db, res) => {
      const sections = query.sections?.split(',').map((slug) => slug.trim()) ?? null;
      const { body } = await previewEdition(context, params.id, query.format, {
        language: query.language ?? null,
        sections,
        format: query.content,
        layout: query.layout,
      });
      sendPreview(res, query.format, body);
      return undefined;
    },
  ),
];
