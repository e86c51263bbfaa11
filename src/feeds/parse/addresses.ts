/** Resolves an address as RFC 3986 has it; null for what no reader may be sent to (data:, javascript:). */
export function resolveAddress(
  address: string | null | undefined,
  base: string | null,
): string | null {
  // Line breaks and tabs inside an address come from its layout in the file.
  const bare = address
    ?.toWellFormed()
    .replace(/[\t\r\n]+\s*|\p{Cc}/gu, '')
    .trim();
  if (!bare || bare.length > 4000) return null;
  if (/^[a-z][a-z\d+.-]*:/i.test(bare) && !/^https?:/i.test(bare)) return null;
  try {
    const url = new URL(bare, base ?? undefined);
    if (!isWeb(url)) return null;
    // An absolute address stays as it was written: some servers sign what normalising changes.
    return /^https?:\/\//i.test(bare) ? bare.replaceAll(' ', '%20') : url.href;
  } catch {
    // Relative to nothing known: kept as it is, so that a caller who knows the feed's address can resolve it.
    return base === null && !/^https?:/i.test(bare) ? bare : null;
  }
}

/** As above, but null where the address stays relative: pictures and alternates are of no use then. */
export function absoluteAddress(
  address: string | null | undefined,
  base: string | null,
): string | null {
  const resolved = resolveAddress(address, base);
  return resolved && /^https?:\/\//i.test(resolved) ? resolved : null;
}

const isWeb = (url: URL) => url.protocol === 'http:' || url.protocol === 'https:';
