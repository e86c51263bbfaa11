// Providers whose names are long enough that one wrong letter is a typo and not another company.
const providers = [
  'gmail.com',
  'googlemail.com',
  'hotmail.com',
  'hotmail.es',
  'hotmail.co.uk',
  'hotmail.fr',
  'outlook.com',
  'outlook.es',
  'live.com',
  'yahoo.com',
  'yahoo.es',
  'yahoo.co.uk',
  'yahoo.com.mx',
  'yahoo.com.ar',
  'icloud.com',
  'protonmail.com',
  'proton.me',
  'telefonica.net',
  'movistar.es',
  'wanadoo.es',
  'comcast.net',
  'verizon.net',
];
const known = new Set([...providers, 'mail.com', 'email.com', 'ymail.com', 'gmx.com', 'love.com']);

/**
 * The domain somebody probably meant: one letter off (missing, added, wrong or swapped) from a provider
 * that millions use. Null when there is nothing to ask.
 */
export function meantDomain(domain: string): string | null {
  if (known.has(domain)) return null;
  return providers.find((provider) => isOneTypo(domain, provider)) ?? null;
}

function isOneTypo(typed: string, meant: string): boolean {
  const difference = typed.length - meant.length;
  if (Math.abs(difference) > 1) return false;
  let i = 0;
  while (i < typed.length && typed[i] === meant[i]) i++;
  if (difference === 1) return typed.slice(i + 1) === meant.slice(i);
  if (difference === -1) return typed.slice(i) === meant.slice(i + 1);
  if (typed.slice(i + 1) === meant.slice(i + 1)) return true;
  const swapped = typed[i] === meant[i + 1] && typed[i + 1] === meant[i];
  return swapped && typed.slice(i + 2) === meant.slice(i + 2);
}
