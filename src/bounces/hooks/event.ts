/** What a provider tells of one recipient, in our words. */
export interface ProviderEvent {
  /** The provider's own id of the event: the same event told again has the same one. */
  id: string;
  kind: 'bounce' | 'complaint' | 'suppressed' | 'unsubscribe';
  address: string | null;
  /** The Message-ID that the message was handed over with, where the provider tells it. */
  messageId?: string | undefined;
  /** Return path, links to unsubscribe, metadata, a returned header: whatever may hold a token of ours. */
  marks?: string | undefined;
  /** Enhanced status (RFC 3463). */
  status?: string | undefined;
  code?: number | undefined;
  /** What the receiver's server said, or why the provider had stopped; of a complaint its feedback type. */
  words: string;
  /** The provider says that the address is not there: believed where the words say nothing else. */
  invalid?: boolean | undefined;
}

/** A request to one of our addresses for providers. */
export interface HookRequest {
  header(name: string): string | undefined;
  body: Buffer;
  now: Date;
  /** Fetches a document over https, without redirects. */
  fetchText: FetchText;
}
export type FetchText = (url: string) => Promise<string>;

/** What was read from an authentic request. */
export interface Told {
  events: ProviderEvent[];
  /** A signature covers the request, not only a password that travels with it. */
  signed: boolean;
  /** A value that is good for one request: the signature covers it instead of the body. */
  nonce?: string;
}

/** Authenticates a request and reads its events. Throws NotAuthentic, UnreadableHook. */
export type Provider = (request: HookRequest, secret: string) => Promise<Told> | Told;

/** Not by that provider, or too old. */
export class NotAuthentic extends Error {
  constructor() {
    super('The request is not signed as it should be, or is too old.');
    this.name = 'NotAuthentic';
  }
}

/** Authentic, and not what the provider documents. */
export class UnreadableHook extends Error {
  constructor() {
    super('The body is not what this provider sends.');
    this.name = 'UnreadableHook';
  }
}

/** One body holds at most so many events. */
export const MOST_EVENTS = 5_000;
