import { Marked } from 'marked';
import { escapeHtml } from '../../../../emails/escape.ts';
import { safeUrl } from '../../../../emails/links.ts';

// No style in it, which the pages' policy would drop; headings one step down, below the page's own.
const marked = new Marked({
  async: false,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + 1);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      const url = safeUrl(href);
      return url ? `<a href="${escapeHtml(url)}">${words}</a>` : words;
    },
  },
});

/** An editor's Markdown as HTML for a page. Raw HTML is shown as text; a link goes to http(s) or nowhere. */
export function markdownHtml(markdown: string): string {
  return marked.parse(markdown) as string;
}
