import { addressOfComplaints } from '../../src/mail/report-addresses.ts';
import type { Imprint, Typeface } from '../content.ts';

/** What all mails and archive pages of a newsroom carry; POSTAL_ADDRESS stands in for one it did not set. */
export const imprintOf = (
  newsroom: {
    name: string;
    colour: string | null;
    logo: string | null;
    postalAddress: string | null;
  },
  {
    publicUrl,
    postalAddress,
    inboundDomain,
  }: {
    publicUrl: string;
    postalAddress: string | undefined;
    inboundDomain?: string | undefined;
  },
): Imprint => ({
  newsroom: newsroom.name,
  postalAddress: newsroom.postalAddress ?? postalAddress ?? null,
  publicUrl,
  accent: newsroom.colour,
  logoUrl: addressOf(newsroom.logo, publicUrl),
  ...(inboundDomain !== undefined && { complaintsTo: addressOfComplaints(inboundDomain) }),
  typeface: 'georgia',
});

/** The newsroom's imprint with what a newsletter has of its own. */
export const ownLook = (
  imprint: Imprint,
  { colour, logo, typeface }: { colour?: string | null; logo?: string | null; typeface?: Typeface },
): Imprint => ({
  ...imprint,
  accent: colour ?? imprint.accent,
  logoUrl: addressOf(logo ?? null, imprint.publicUrl) ?? imprint.logoUrl,
  typeface: typeface ?? imprint.typeface,
});

/** An uploaded logo is named by its path here. */
const addressOf = (logo: string | null, publicUrl: string): string | null =>
  logo?.startsWith('/') ? publicUrl + logo : logo;
