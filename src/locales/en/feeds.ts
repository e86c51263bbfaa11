/** Why a feed cannot be read, and what to do about it. */
export default {
  privateAddress:
    '{{host}} is an address of a private network. If it really lives there, set FEED_ALLOW_PRIVATE=true.',
  notAnAddress: '“{{address}}” is not a web address. It must start with https:// or http://.',
  protocol: '{{protocol}} addresses cannot be read. Use one that starts with https:// or http://.',
  tooLarge:
    '{{host}} sends more than {{megabytes}} MB. Ask its publisher for a feed with fewer or shorter entries.',
  unpacksTooLarge:
    'This feed unpacks to more than {{megabytes}} MB. Ask its publisher for a shorter one.',
  weighsTooMuch:
    'This feed weighs more than {{megabytes}} MB. Ask its publisher for one with fewer or shorter entries.',
  unaskedCoding:
    '{{host}} packs its answer as “{{coding}}”, which it was not asked to. Tell its publisher.',
  timedOut:
    '{{host}} did not finish its answer within {{seconds}} seconds. It is tried again later.',
  unreachable: '{{host}} cannot be read.',
  unknownName: '{{host}} has no such name in the DNS. Check the address for a slip.',
  lookupFailed: '{{host}} cannot be looked up in the DNS now. It is tried again later.',
  noConnection: '{{host}} takes no connections at that port. Check the address, or wait.',
  noAnswer: '{{host}} does not answer. It is tried again later.',
  certificateExpired: '{{host}} has a certificate that has expired. Tell its publisher.',
  certificateOfAnother: '{{host}} has a certificate for another name. Check the address.',
  certificateUnknown:
    '{{host}} has a certificate that nobody vouches for. Check the address, or tell its publisher.',
  brokenPacking: '{{host}} sends a packed answer that is broken. It is tried again later.',
  brokeOff: '{{host}} broke off its answer ({{code}}). It is tried again later.',
  redirects:
    '{{host}} redirects more than {{times}} times. Open the address in a browser and add the one it ends at.',
  brokenGzip: 'This feed is packed with gzip and broken. It is tried again later.',
  forbidden:
    '{{host}} refuses to show this feed ({{status}}). Ask its publisher for an address you may read, or put name and password into it: https://name:password@host/…',
  notFound:
    '{{host}} has no such page ({{status}}). Look on the site for the present address of its feed.',
  tooOften: '{{host}} asks to be read less often ({{status}}). It is tried again later.',
  serverFault: '{{host}} has a fault of its own ({{status}}). It is tried again later.',
  otherStatus:
    '{{host}} answered {{status}} instead of a feed. Open the address in a browser to see why.',
  gone: 'This feed is gone for good (410): it will no longer be read.',
  empty: 'The file is empty. Check the address, or wait for the site to come back.',
  webPage:
    'This is a web page, not a feed. Look on it for a link to its RSS or Atom feed (often /feed, /rss or /feed.xml) and add that address.',
  unknownFormat:
    'This is neither RSS, Atom, RDF nor JSON Feed. Check the address: a feed starts with <rss, <feed, <rdf:RDF or {.',
};
