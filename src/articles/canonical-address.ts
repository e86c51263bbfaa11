import { createHash } from 'node:crypto';

// What newsletters, advertisers and analytics hang on an address; none of it names another story.
const TRACKING =
  /^(utm_.*|mtm_.*|pk_.*|piwik_.*|hsa_.*|mc_[ce]id|at_(medium|campaign|custom\d|link.*|format|ptr_.*)|_hs(enc|mi)|(fb|g|dc|tw|ms|y|wbra|gbra)clid|gclsrc|igshid|igsh|xtor|wt[._]mc.*|wt_zmc|ns_(mchannel|source|campaign|linkname|fee)|cmpid|cmp|icid|intcid|ito|ocid|smid|smtyp|partner|ref_src|ref_url|source=rss|feedtype|rss|spref|share|shared|sr_share|ncid|soc_src|soc_trk|guccounter|guce_.*|__twitter_impression|oly_(anon|enc)_id|vero_(id|conv)|s_cid|trk|mkt_tok|_ga|_gl|amp|amp_.*|outputtype)$/i;

const FROM_A_FEED = /^(rss|feed|atom|newsletter|twitter|facebook|whatsapp|social)$/i;

/** The address that a redirecting one carries inside: Google's and the caches of AMP. */
function unwrapped(url: URL): URL {
  const inner = (address: string | null | undefined) =>
    address && URL.canParse(address) ? new URL(address) : url;
  if (/(^|\.)google\.[a-z.]+$/.test(url.hostname)) {
    if (url.pathname === '/url')
      return inner(url.searchParams.get('url') ?? url.searchParams.get('q'));
    const amp = /^\/amp\/(s\/)?(.+)$/.exec(url.pathname);
    if (amp) return inner(`https://${amp[2]}${url.search}`);
  }
  const cached = /^\/(?:c|v|i)\/(?:s\/)?(.+)$/.exec(url.pathname);
  if (cached && /\.(cdn\.ampproject\.org|bing-amp\.com)$/.test(url.hostname))
    return inner(`https://${cached[1]}${url.search}`);
  return url;
}

/**
 * The form in which two addresses of one story are the same: https, no www, mobile or amp host, no AMP
 * suffix, no tracking parameters, the rest in order, no fragment, no closing slash. For comparing, never
 * for showing: a server need not answer at it.
 */
export function canonicalAddress(address: string): string {
  const url = unwrapped(new URL(address));
  const host = url.host
    .replace(/^(www\d?|amp|m|mobile)\.(?=[^.]+\.)/, '')
    .replace(/:(80|443)$/, '');
  const path = url.pathname
    .replace(/\/{2,}/g, '/')
    .replace(/\/amp\/(?=.)/, '/')
    .replace(/(\/amp|\.amp|\/index\.(html?|php))?\/?$/, '')
    .replace(/\.amp(?=\.html?$)/, '');
  const parameters = [...url.searchParams]
    .filter(
      ([key, value]) =>
        !TRACKING.test(key) &&
        !(/^(source|src|from|ref|via|origin)$/i.test(key) && FROM_A_FEED.test(value)),
    )
    .toSorted(([a, x], [b, y]) => (a === b ? Number(x > y) - Number(x < y) : a < b ? -1 : 1));
  const query = new URLSearchParams(parameters).toString();
  // A fragment names a place on the page, unless the site keeps its pages in it.
  const fragment = /^#!?\//.test(url.hash) ? url.hash : '';
  const canonical = `https://${host}${path}${query ? `?${query}` : ''}${fragment}`;
  if (canonical.length <= 2000) return canonical;
  // too long for an index
  return `https://${host}/#${createHash('sha256').update(canonical).digest('hex')}`;
}
