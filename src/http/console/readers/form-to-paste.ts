import { escapeHtml } from '../../../../emails/escape.ts';
import { words } from '../../public/site/page.ts';

interface Offered {
  slug: string;
  title: string;
  language: string;
}

/**
 * What a newsroom gives its readers to sign up: the address of the page, and for one newsletter what is pasted into a
 * site, as a form at the foot of articles or as one line in the middle of them. Each of those begins with the link that
 * readers have where the form cannot come. `lang`: the language of the form, where it is not to follow the page it is in.
 */
export function formToPaste(publicUrl: string, newsletter?: Offered, lang?: string) {
  return {
    page: `${publicUrl}/`,
    local: /^https?:\/\/(localhost|127\.|\[::1\])/.test(publicUrl),
    lines: newsletter && linesFor(publicUrl, newsletter, lang),
  };
}

function linesFor(publicUrl: string, { slug, title, language }: Offered, lang?: string) {
  const link = words(lang ?? language)('signUp.oneLine', { newsletters: title });
  const inLanguage = lang ? ` data-lang="${lang}"` : '';
  const paste = (more: string) =>
    `<a href="${publicUrl}/?newsletter=${slug}">${escapeHtml(link)}</a><script async src="${publicUrl}/embed.js" data-newsletter="${slug}"${more}${inLanguage}></script>`;
  return { foot: paste(''), line: paste(' data-form="line"') };
}
