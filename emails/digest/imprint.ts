import type { Imprint } from '../content.ts';

/** What all mails and archive pages of a newsroom carry; POSTAL_ADDRESS stands in for one it did not set. */
export const imprintOf = (
  newsroom: {
    name: string;
    colour: string | null;
    logo: string | null;
    postalAddress: string | null;
  },
  { publicUrl, postalAddress }: { publicUrl: string; postalAddress: string | undefined },
): Imprint => ({
  newsroom: newsroom.name,
  postalAddress: newsroom.postalAddress ?? postalAddress ?? null,
  publicUrl,
  accent: newsroom.colour,
  logoUrl: newsroom.logo,
});
