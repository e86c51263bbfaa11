import sanitizeHtml from 'sanitize-html';
import { resolveAddress } from '../feeds/parse/addresses.ts';

const TAGS =
  'p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code em strong b i u s sub sup small mark a img figure figcaption picture div span section article header footer table thead tbody tfoot tr th td caption abbr cite q time del ins kbd samp var ruby rt rp bdi bdo'.split(
    ' ',
  );

/** Of a mail these are nothing but layout. */
const LAYOUT = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'center', 'font', 'caption']);

/** Links that act for one reader, or stand where a service would have put an address. */
const PERSONAL =
  /(unsubscribe|\/profile\?|update_profile|manage[_-]?(preferences|subscription)|\*\||\{\{|%%|%unsub|list-manage\.com\/(unsubscribe|profile|vcard|about)|forward-to-friend|disable_email|action=unsub)/i;

/**
 * What an old edition said, as a page of ours may show it: text, links and pictures. No scripts, no forms, no frames, no
 * styles; no pictures that only count who looks; no links that act for the reader whose copy it was. Relative addresses
 * become those of the site it was on, and go where that is not known. Headings step down below the page's own.
 */
export function sanitise(
  html: string,
  { base, isMail }: { base: string | null; isMail: boolean },
): string {
  const absolute = (address: string | undefined) => {
    const found = resolveAddress(address, base);
    return found && /^https?:\/\//i.test(found) ? withoutRecipient(found) : null;
  };
  return sanitizeHtml(html, {
    allowedTags: isMail ? TAGS.filter((tag) => !LAYOUT.has(tag)) : TAGS,
    allowedAttributes: {
      a: ['href', 'title', 'rel'],
      img: ['src', 'alt', 'width', 'height', 'loading'],
      time: ['datetime'],
      ol: ['start'],
      th: ['colspan', 'rowspan', 'scope'],
      td: ['colspan', 'rowspan'],
      '*': ['lang', 'dir'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'head', 'template'],
    nestingLimit: 60,
    disallowedTagsMode: 'discard',
    transformTags: {
      h1: 'h2',
      // the preview text of a mail goes with all that is in it
      '*': (tagName, attribs) =>
        /display:\s*none|mso-hide:\s*all/i.test(attribs['style'] ?? '')
          ? { tagName: 'template', attribs: {} }
          : { tagName, attribs },
      ...(isMail ? { td: 'div', th: 'div' } : {}),
      a: (tagName, { href, title }) => {
        const bare = href?.trim() ?? '';
        const mail = /^mailto:/i.test(bare) && !PERSONAL.test(bare) ? bare : null;
        const address = mail ?? (PERSONAL.test(bare) ? null : absolute(bare));
        return {
          tagName,
          attribs: address
            ? { href: address, rel: 'noopener nofollow', ...(title ? { title } : {}) }
            : {},
        };
      },
      img: (tagName, { src, alt, width, height, style }) => {
        const address = countsReaders({ src, width, height, style }) ? null : absolute(src);
        return {
          tagName,
          attribs: {
            ...(address ? { src: address } : {}),
            alt: alt ?? '',
            loading: 'lazy',
            ...size('width', width),
            ...size('height', height),
          },
        };
      },
    },
    exclusiveFilter: ({ tag, attribs, text, mediaChildren }) => {
      if (tag === 'img') return !attribs['src'];
      if (tag === 'a' && PERSONAL_WORDS.test(text)) return true;
      if (tag === 'a' && !attribs['href']) return 'excludeTag';
      const isBare = text.trim() === '' && mediaChildren.length === 0;
      return isBare && ['div', 'span', 'p', 'a', 'figure', 'li', 'section'].includes(tag);
    },
  })
    .replaceAll(/\*\|[A-Z0-9_:]{1,80}\|\*/g, '')
    .replaceAll(/(\s*\n){3,}/g, '\n\n')
    .trim();
}

/** What a mail says around itself: of no use on a page. */
const PERSONAL_WORDS =
  /^\s*(unsubscribe|view .*in (your )?browser|update (your )?preferences|darse de baja|ver .*en (el|tu) navegador)/i;

const size = (name: 'width' | 'height', value: string | undefined) =>
  value && /^\d{1,4}$/.test(value) ? { [name]: value } : {};

/** A side of at most two pixels, as an attribute (`1`, `1px`) or in a style. */
const DOT = /^\s*0*[0-2](\.\d+)?\s*(px)?\s*$/i;
const STYLED_DOT =
  /(^|[;\s])(max-)?(width|height)\s*:\s*0*[0-2](\.\d+)?(px)?\s*(!important\s*)?(;|$)/i;

const countsReaders = ({ src, width, height, style }: Record<string, string | undefined>) =>
  [width, height].some((side) => DOT.test(side ?? '')) ||
  STYLED_DOT.test(style ?? '') ||
  /(\/track\/open|\/open\.php|\/o\.gif|pixel\.(gif|png)|\/wf\/open|spacer\.gif|\/e\/o\/)/i.test(
    src ?? '',
  );

/** Mailchimp's counting links name the reader whose copy it was. */
function withoutRecipient(address: string): string {
  if (!/list-manage\.com|mailchi\.mp|campaign-archive/i.test(address)) return address;
  try {
    const url = new URL(address);
    url.searchParams.delete('e');
    return url.href;
  } catch {
    return address;
  }
}
