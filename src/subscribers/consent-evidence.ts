/** Where a consent, or its withdrawal, came from: stored with it, shown to the operator, never edited. */
export interface Evidence {
  /** The network address of the request; null for one that no person made here. */
  originAddress: string | null;
  userAgent: string | null;
  /** By which form or call: `page`, `embed`, `site` (a form of the newsroom's own), `json`, `link`, `one-click`, `api`, `operator`, `erasure`, `import`. */
  form: string;
  /** The sentence that was agreed to, and its version. */
  wording: string | null;
  wordingVersion: string | null;
}

/** The evidence of what an operator or program did: no request of the reader's stands behind it. */
export const byOperator = (form: 'api' | 'operator' | 'erasure' | 'import'): Evidence => ({
  originAddress: null,
  userAgent: null,
  form,
  wording: null,
  wordingVersion: null,
});
