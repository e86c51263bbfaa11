// Who really receives the mail of a domain, for the providers that limit what one sender may bring.
const providers: Record<string, RegExp> = {
  google: /^(gmail|googlemail)\.com$/,
  microsoft:
    /^((hotmail|live|outlook)(\.com?)?\.[a-z]{2,3}|msn\.com|passport\.com|windowslive\.com)$/,
  yahoo:
    /^(yahoo(\.com?)?\.[a-z]{2,3}|ymail\.com|rocketmail\.com|myyahoo\.com|aol(\.com?)?\.[a-z]{2,3}|aim\.com|verizon\.net)$/,
  apple: /^(icloud|me|mac)\.com$/,
  gmx: /^(gmx\.(net|de|at|ch|com|es|fr|co\.uk|us)|web\.de|mail\.com)$/,
  orange: /^(orange|wanadoo)\.(fr|es)$/,
  telefonica: /^(telefonica|movistar|terra)\.(net|es|com)$/,
};

/** Providers with a limit of their own; every other receiver shares the group `rest`. */
export const receiverGroups: readonly string[] = [...Object.keys(providers), 'rest'];

/** The receiver group of a domain, which is given in ASCII and lower case. */
export function receiverGroup(domain: string): string {
  for (const [group, pattern] of Object.entries(providers)) if (pattern.test(domain)) return group;
  return 'rest';
}
