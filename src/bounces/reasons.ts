/**
 * Why a message came back. The closed list of the interface; `hard` are those after which nobody writes to the address
 * again.
 */
export const reasons = [
  'unknown-user',
  'domain-gone',
  'moved',
  'mailbox-full',
  'mailbox-disabled',
  'too-large',
  'over-rate',
  'reputation',
  'authentication',
  'content',
  'policy',
  'relay-trouble',
  'expired',
  'other',
] as const;
export type Reason = (typeof reasons)[number];

export const isHard = (reason: Reason): boolean =>
  reason === 'unknown-user' || reason === 'domain-gone' || reason === 'moved';

/** Words that name a reason beside those that a refusal at send time is read by (relays/refusal-rules.ts). */
export interface WordRule {
  reason: Reason;
  words: RegExp;
}

const GAP = '(?:[^.:;]|\\.(?=[a-z])){0,60}?';
const rule = (reason: Reason, ...sources: string[]): WordRule => ({
  reason,
  words: new RegExp(sources.map((source) => source.replaceAll(' … ', GAP)).join('|'), 'iu'),
});

/** What only a returned message says: the machine that gave up tells of names, connections and queues. In this order. */
export const WORDS: readonly WordRule[] = [
  // RFC 7505, and Exim's and Postfix' words for it.
  rule(
    'domain-gone',
    "(?<!your (?:domain|host) (?:does )?)(?:does ?n[o']t|not) accept (?:any )?(?:e-?)?mail\\b(?! from)|null ?mx|no smtp service|(?:domain|host) … accepts? no mail",
    "(?<!(?:your|our|client|send\\w+) )(?:host|domain|site|server)(?: or domain)?(?: name)? … (?:not found|unknown|(?:does|do|did) ?n[o']t exist|can(?:no|')t be (?:found|resolved)|lookup failed|nonexistent|invalid|could ?n[o']t be found)|name or service not known|illegal host\\/domain name|bad destination system|all host address lookups failed",
    "(?:unknown|no such|invalid|bad|nonexistent|unresolv\\w+|can(?:no|')t find(?: any)?|could ?n[o']t find(?: any)?|unable to (?:find|resolve)|no) (?:mail |destination |recipient |remote )?(?:host|domain|mx|mail exchanger)s?\\b",
    "account or domain may not exist|type=mx: malformed or unexpected name server reply|couldn't find a mail exchanger|no mx found|domain … not reachable|dns lookup failure|null mx|doesn't receive e?-?mail|unrout\\w+ (?:mail )?domain|nxdomain|dns (?:error|lookup)\\w* … (?:not found|nonexist|nxdomain|does)|all (?:relevant )?mx records point to non-?existent",
  ),
  rule(
    'moved',
    '(?:user|recipient|person|customer|account|mailbox|address\\w*|employee) … (?:has|have|is) moved\\b|moved to a new (?:e-?mail )?address|new (?:e-?mail )?address (?:is|:)|address has changed|no longer at this address',
  ),
  // The mailbox is there, and takes nothing for now.
  rule(
    'mailbox-disabled',
    '(?:account|mailbox|user|recipient|address|mail box)s?\\b … (?:disabled|suspend\\w*|inactive|deactivat\\w+|locked|not active|on hold|out of order|blocked due|temporarily unavailable|expired|frozen)|(?:disabled|suspended|inactive|deactivated|locked|expired) (?:account|mailbox|user|recipient|address)',
  ),
  // The queue gave up, or the way was broken: nothing is said of the mailbox.
  rule(
    'expired',
    '(?:retry|delivery|queue|message|envelope)\\w* … (?:expired|time ?out|timed out|too (?:long|old))|retry time(?:out)? … exceeded|(?:in|on) (?:the )?(?:mail )?queue (?:for )?(?:too|more)|(?:has|have) been delayed|delivery delay|not (?:yet )?been delivered|could not be delivered (?:for|within)|still being (?:tried|retried)|(?:failed|tried) … attempts|delivery time expired|will (?:be retried|keep trying|continue)',
  ),
  rule(
    'relay-trouble',
    "connection (?:refused|timed out|reset|closed|lost|dropped|failed)|(?:connect|connection|connecting) … (?:time ?out|timed out|refus|unreach|fail|error)|network … (?:unreach|error|down)|no route to host|unreachable|(?:mail|message|routing|forward\\w*) loop|loops? back|too many (?:hops|received)|hop count|(?:was ?n[o']t|unable|not able) to (?:establish|connect)|socket|did not (?:accept our requests|respond)|not responding|system error|internal (?:server )?error|queue file|(?:disk|file system) … (?:full|error)|resources? … (?:unavail|exhaust|temporar)|local (?:configuration )?(?:error|problem)|i\\/o error|permission denied|can(?:not|'t) (?:open|create|execute|write)|ldap|database|configuration error|unable to (?:deliver|process|open)",
  ),
];

/** Of what an enhanced code is said, the first that fits; `x` stands for any number. RFC 3463, RFC 5248, RFC 7372, RFC 7505. */
export const CODES: readonly [string, Reason][] = [
  ['x.1.0', 'other'],
  ['x.1.1', 'unknown-user'],
  ['x.1.2', 'domain-gone'],
  ['x.1.3', 'unknown-user'],
  ['x.1.4', 'relay-trouble'],
  ['x.1.6', 'moved'],
  ['x.1.7', 'reputation'],
  ['x.1.8', 'reputation'],
  ['x.1.9', 'relay-trouble'],
  ['x.1.10', 'domain-gone'],
  ['x.2.1', 'mailbox-disabled'],
  ['x.2.2', 'mailbox-full'],
  ['x.2.3', 'too-large'],
  ['x.2.x', 'other'],
  ['x.3.1', 'relay-trouble'],
  ['x.3.4', 'too-large'],
  ['x.3.x', 'relay-trouble'],
  ['x.4.4', 'relay-trouble'],
  ['x.4.5', 'over-rate'],
  ['x.4.7', 'expired'],
  ['x.4.x', 'relay-trouble'],
  ['x.5.3', 'over-rate'],
  ['x.5.x', 'relay-trouble'],
  ['x.6.x', 'content'],
  ['x.7.20', 'authentication'],
  ['x.7.21', 'authentication'],
  ['x.7.22', 'authentication'],
  ['x.7.23', 'authentication'],
  ['x.7.24', 'authentication'],
  ['x.7.25', 'reputation'],
  ['x.7.26', 'authentication'],
  ['x.7.27', 'reputation'],
  ['x.7.x', 'policy'],
];

/** What a server says of its own mailboxes, in words that no other one quotes: Exchange, IMail, Domino, Exim, Novell, Post.Office. */
export const LOCAL =
  /recipient name is not recogni[sz]ed|unknown recipient|invalid final delivery userid|not listed in|unrouteable address|unknown local|invalid user address|check if address is correct|mailbox not found|bad destination mailbox|e-?mail account does not exist at the organization|address (?:you entered )?could ?n[o']t be found/i;
