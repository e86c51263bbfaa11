import { lexer, type MarkedToken, type Token } from 'marked';
import { escapeHtml } from '../escape.ts';
import { safeUrl } from '../links.ts';
import { joinBlocks, type NumberedLinks, wrap } from '../plain-text.ts';

const tokensOf = (tokens: Token[] | undefined) => (tokens ?? []) as MarkedToken[];

const MARGIN = 'margin:0 0 14px';

/**
 * An editor's Markdown as HTML for an email. Raw HTML is shown as text; images are replaced by their
 * alt text, and links that are neither http(s) nor mailto by their words.
 */
export function introductionHtml(markdown: string, linkColour: string): string {
  return blocksHtml(lexer(markdown), linkColour);
}

const blocksHtml = (tokens: Token[], colour: string): string =>
  tokensOf(tokens)
    .map((token) => blockHtml(token, colour))
    .join('');

function blockHtml(token: MarkedToken, colour: string): string {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'heading':
      return `<h2 class="ink" style="${MARGIN};font-size:20px;line-height:26px">${inlineHtml(token.tokens, colour)}</h2>`;
    case 'blockquote':
      return `<div class="soft" style="${MARGIN};padding:0 16px">${blocksHtml(token.tokens, colour)}</div>`;
    case 'hr':
      return `<p style="${MARGIN}">—</p>`;
    case 'list': {
      const tag = token.ordered ? 'ol' : 'ul';
      const items = token.items
        .map((item) => `<li>${listItemHtml(item.tokens, colour)}</li>`)
        .join('');
      return `<${tag} style="${MARGIN};padding:0 24px">${items}</${tag}>`;
    }
    case 'paragraph':
      return `<p style="${MARGIN}">${inlineHtml(token.tokens, colour)}</p>`;
    default:
      return `<p style="${MARGIN}">${inlineHtml([token], colour)}</p>`;
  }
}

const listItemHtml = (tokens: Token[], colour: string): string =>
  tokensOf(tokens)
    .map((token) =>
      token.type === 'list' ? blockHtml(token, colour) : inlineHtml([token], colour),
    )
    .join('');

const inlineHtml = (tokens: Token[], colour: string): string =>
  tokensOf(tokens)
    .map((token) => spanHtml(token, colour))
    .join('');

function spanHtml(token: MarkedToken, colour: string): string {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return `<${token.type}>${inlineHtml(token.tokens, colour)}</${token.type}>`;
    case 'br':
      return '<br>';
    case 'link': {
      const url = linkTarget(token.href);
      const words = inlineHtml(token.tokens, colour);
      return url
        ? `<a class="acc" href="${escapeHtml(url)}" style="color:${colour};text-decoration:underline">${words}</a>`
        : words;
    }
    case 'text':
    case 'paragraph':
      return token.tokens ? inlineHtml(token.tokens, colour) : escapeHtml(token.text);
    default:
      return escapeHtml('text' in token ? token.text : token.raw);
  }
}

/** The same Markdown as wrapped plain text with numbered links. */
export function introductionText(markdown: string, links: Pick<NumberedLinks, 'mark'>): string {
  return joinBlocks(tokensOf(lexer(markdown)).map((token) => blockText(token, links, '')));
}

/** Its words alone, on one line. */
export const introductionWords = (markdown: string): string =>
  introductionText(markdown, { mark: () => '' })
    .replaceAll(/\s+/g, ' ')
    .trim();

function blockText(token: MarkedToken, links: Pick<NumberedLinks, 'mark'>, indent: string): string {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'blockquote':
      return joinBlocks(
        tokensOf(token.tokens).map((child) => blockText(child, links, `${indent}> `)),
      );
    case 'list':
      return token.items
        .map((item, at) => {
          const bullet = token.ordered ? `${Number(token.start || 1) + at}. ` : '- ';
          return itemText(tokensOf(item.tokens), links, indent, bullet);
        })
        .join('\n');
    default:
      return inlineText([token], links)
        .split('\n')
        .map((line) => wrap(line, indent))
        .join('\n');
  }
}

function itemText(
  tokens: MarkedToken[],
  links: Pick<NumberedLinks, 'mark'>,
  indent: string,
  bullet: string,
): string {
  const words = tokens.filter((token) => token.type !== 'list');
  const inner = tokens.filter((token) => token.type === 'list');
  const rest = indent + ' '.repeat(bullet.length);
  return [
    wrap(inlineText(words, links), indent + bullet, rest),
    ...inner.map((list) => blockText(list, links, rest)),
  ].join('\n');
}

function inlineText(tokens: Token[], links: Pick<NumberedLinks, 'mark'>): string {
  return tokensOf(tokens)
    .map((token) => {
      if (token.type === 'br') return '\n';
      if (token.type === 'hr') return '—';
      if (token.type === 'link') {
        const url = linkTarget(token.href);
        const words = inlineText(token.tokens, links);
        return url ? `${words} ${links.mark(url)}`.trimEnd() : words;
      }
      if (token.type === 'image') return token.text;
      if ('tokens' in token && token.tokens) return inlineText(token.tokens, links);
      return 'text' in token ? token.text : token.raw;
    })
    .join('');
}

const linkTarget = (href: string): string | null =>
  safeUrl(href) ?? (/^mailto:[^\s<>"]+$/i.test(href) ? href : null);
