import { ownHelo } from './helo.ts';
import { outcomeOf } from './outcome.ts';
import type { Cause } from './refusal-rules.ts';
import type { RelaySettings } from './settings.ts';
import type { HandshakeError } from './smtp/handshake.ts';
import type { Impossibility, Refusal } from './smtp/outgoing.ts';
import { withoutAddresses } from './smtp/reply.ts';

/** What an operator should do about a relay that could not be used, in a sentence or two. */
export function advice(
  { at, code, reason, message }: HandshakeError,
  settings: RelaySettings,
): string {
  const { host, port, secure } = settings;
  if (at === 'auth') return authAdvice(code, message);
  if (code !== undefined && reason === 'ETLS') {
    if (settings.requireTls && settings.auth)
      return `User and password are sent only encrypted, and the relay offers no encryption on port ${port} (no STARTTLS). Use a port where it does (smtps:// with 465, or 587), or ?tls=off in SMTP_URL if the network to it is safe.`;
    return settings.requireTls
      ? `The relay does not offer encryption on port ${port} (no STARTTLS). Use a port where it does (smtps:// with 465, or 587), or leave tls=required out of SMTP_URL if the network to it is safe.`
      : 'The relay offers STARTTLS and then refuses it. Ask its operator, or use another port (smtps:// with 465).';
  }
  if (code !== undefined) {
    const name = `It was told the name ${settings.helo ?? ownHelo()} (EHLO): if it objects to that, set SMTP_HELO, or ?helo= in SMTP_URL.`;
    return code < 500
      ? `The relay accepts no connection from here for now. Wait, use fewer connections (?connections= in SMTP_URL), or ask its operator. ${name}`
      : `The relay does not serve this machine. Ask its operator to allow this machine's address, or use your provider's relay with user and password. ${name}`;
  }
  if (/invalid greeting/i.test(message)) {
    return `${host}:${port} is not a mail server. Relays use 587 or 25 (smtp://) and 465 (smtps://); check the port in SMTP_URL.`;
  }
  if (/greeting/i.test(message)) {
    return `${host}:${port} accepted the connection but sent no greeting. If it is port 465, write smtps:// in SMTP_URL; otherwise this may not be a mail server.`;
  }
  if (at === 'greeting' && reason === 'ETIMEDOUT') {
    return `${host}:${port} sent a greeting and then stopped answering: the relay is overloaded or broken. Try again later; if it continues, ask its operator.`;
  }
  switch (reason) {
    case 'EDNS':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} does not resolve. Check its spelling in SMTP_URL and this machine's DNS.`;
    case 'ECONNREFUSED':
      return `Nothing listens on port ${port} of ${host}. Relays use 587 or 25 (smtp://) and 465 (smtps://); check the port in SMTP_URL.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} does not answer on port ${port}. Many hosts block outgoing port 25: try 587 or 465, and look at the firewall.`;
    case 'CERT_HAS_EXPIRED':
      return "The relay's certificate has expired. Its operator has to renew it.";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The relay's certificate is not for ${host}. In SMTP_URL, use the name that the certificate is for.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return "The relay's certificate is not signed by an authority that this machine trusts. Give the relay a public certificate, or start Gaceta with NODE_EXTRA_CA_CERTS set to your authority's file.";
  }
  if (/wrong version number|packet length too long/i.test(message)) {
    return secure
      ? `Port ${port} does not speak TLS from the first byte. Write smtp:// instead of smtps:// in SMTP_URL.`
      : `Port ${port} and the relay disagree about TLS. Try smtps:// with port 465 in SMTP_URL.`;
  }
  return `Check host and port in SMTP_URL, and whether ${host}:${port} is a mail server that serves this machine.`;
}

/** What an operator should do about an answer that concerns more than one reader. */
export function adviceOnAnswer(answer: Refusal | Impossibility): string | undefined {
  const { cause, reason } = outcomeOf(answer);
  if (answer.kind === 'impossible') return cause && ABOUT_US[cause];
  if (answer.fix !== undefined) return answer.fix;
  const known = cause && ABOUT_US[cause];
  switch (answer.at) {
    case 'mail':
      return known ?? ABOUT_US.sender;
    case 'rcpt':
      return known ?? (reason === 'content' ? OBJECTS : REFUSED);
    case 'data':
    case 'dot':
      return known ?? OBJECTS;
    default:
      return undefined;
  }
}

const OBJECTS =
  'The relay objects to the message or its sender, not to the readers. Check the preview, and ask the operator of the relay.';
const REFUSED =
  'Too many readers were refused. Check where the list comes from before you resume: the refused readers are then tried once more, and nobody is suppressed before that.';

/** What to do about what a relay says of us. Then `resume` sends to those it refused as well. */
const ABOUT_US: Partial<Record<Cause, string>> = {
  sender:
    'The relay accepts no email from this sender. Check MAIL_FROM and the address of the newsletter, and whether the provider wants the sender or its domain confirmed first.',
  quota:
    'The account has reached its sending limit at the relay. Wait until the limit is lifted, or ask for a higher one, then resume; ?rate= or ?warmup= in SMTP_URL keeps you below it.',
  relaying:
    "The relay does not relay email for this machine. Ask its operator to allow this machine's address, or give user and password in SMTP_URL.",
  authentication:
    'The relay requires a log-in. Give user and password in SMTP_URL, and check that the account is allowed to send.',
  blocked:
    'The relay blocks this machine, its name or its network. Look its address up in the block list that is named, and ask the operator of the relay to allow it.',
  size: 'Shorten the edition, or ask the operator of the relay to accept larger messages.',
  protocol:
    'The relay rejects the SMTP dialogue, often because of the name in EHLO. Set SMTP_HELO, or ?helo= in SMTP_URL, to a host name that resolves to this machine.',
  route: 'The relay itself is not configured for this. Ask its operator.',
};

/** A relay's words as operators read them, and what to do about them. */
export function said(relay: string, words: string, fix: string | undefined): string {
  const told = `${relay}: ${withoutAddresses(words)}`;
  return fix === undefined ? told : `${told} – ${fix}`;
}

function authAdvice(code: number | undefined, message: string): string {
  if (/offers no log-in/.test(message)) {
    return 'The relay does not accept sign-in on this port. Use port 587 or 465, or leave user and password out of SMTP_URL.';
  }
  if (code === 535 || code === 534) {
    return 'Wrong user or password, or the provider requires an app password. In SMTP_URL special characters are percent-encoded (@ as %40, / as %2F, # as %23).';
  }
  if (code !== undefined && code < 500) {
    return 'The relay cannot check the password right now. Try again later; if it continues, ask its operator.';
  }
  return 'The relay refused the sign-in. Check user and password in SMTP_URL, and whether the account may send email by SMTP.';
}
