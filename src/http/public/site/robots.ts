import type { RequestHandler } from 'express';
import type { Config } from '../../../config.ts';

/** What search engines may keep: the sign-up page and the archive, and nothing that a token opens. */
export function robots({ publicUrl, publicPath }: Config): RequestHandler {
  const closed = [
    'confirm',
    'unsubscribe',
    'undo',
    'preferences',
    'privacy',
    'address',
    'restore',
    'console',
    'api',
  ];
  const text = [
    'User-agent: *',
    ...closed.map((room) => `Disallow: ${publicPath}/${room}/`),
    `Sitemap: ${publicUrl}/sitemap.xml`,
    '',
  ].join('\n');
  return (_req, res) => {
    res.type('text/plain').set('Cache-Control', 'public, max-age=3600').send(text);
  };
}
