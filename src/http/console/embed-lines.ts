import { escapeHtml } from '../../../emails/escape.ts';
import { words } from '../public/site/page.ts';

/**
 * What is pasted into a site for its readers to sign up for a newsletter: as a form at the foot of articles, or as one line
 * in the middle of them. Each begins with the link that readers have where the form cannot come.
 */
export function embedLines(
  publicUrl: string,
  { slug, title, language }: { slug: string; title: string; language: string },
): { foot: string; line: string } {
  const link = words(language)('signUp.oneLine', { newsletters: title });
  const paste = (more: string) =>
    `<a href="${publicUrl}/?newsletter=${slug}">${escapeHtml(link)}</a><script async src="${publicUrl}/embed.js" data-newsletter="${slug}"${more}></script>`;
  return { foot: paste(''), line: paste(' data-form="line"') };
}
