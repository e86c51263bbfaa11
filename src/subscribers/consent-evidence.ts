/** Where a consent, or its withdrawal, came from: stored with it, shown to the operator, never edited. */
export interface Evidence {
  /** The network address of the request; null for one that no person made here. */
  originAddress: string | null;
  userAgent: string | null;
  /** By which form or call: `page`, `embed`, `site` (a form of the newsroom's own), `json`, `link`, `one-click`, `mail`, `api`, `operator`, `erasure`, `import`, `bounce`, `complaint`, `provider` (who had the address on a list of theirs, or was told by the reader). */
  form: string;
  /** The sentence that was agreed to, and its version. */
  wording: string | null;
  wordingVersion: string | null;
}

/** The evidence of what an operator, a program or a mail did: no request of the reader's browser stands behind it. */
export const withoutRequest = (
  form: 'api' | 'operator' | 'erasure' | 'import' | 'bounce' | 'complaint' | 'provider' | 'mail',
): Evidence => ({
  originAddress: null,
  userAgent: null,
  form,
  wording: null,
  wordingVersion: null,
});
