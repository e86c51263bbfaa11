import { isIP } from 'node:net';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Credential } from './passkeys.ts';

/** Whom passkeys are made for: the host of PUBLIC_URL, on its origin and no other (WebAuthn's relying party). */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** Undefined where browsers have no passkeys: on an IP address, and on plain http but for this machine. */
export function relyingPartyOf(publicUrl: string): RelyingParty | undefined {
  const { hostname, origin, protocol } = new URL(publicUrl);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname) || hostname.startsWith('[') || (protocol !== 'https:' && !local))
    return undefined;
  return { id: hostname, origin };
}

// Some 10 MB with its parsers of certificates, for something done a few times a day: loaded when it is.
const library = () => import('@simplewebauthn/server');

/** What a browser needs to make a passkey. Its `challenge` is to be kept for the check, and used once. */
export async function registrationOptions(
  rp: RelyingParty,
  newsroom: string,
  operator: { id: string; email: string; name: string },
  known: { id: string; transports: string[] }[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpID: rp.id,
    rpName: newsroom,
    userID: new Uint8Array(Buffer.from(`operator ${operator.id}`)),
    userName: operator.email,
    userDisplayName: operator.name || operator.email,
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports: named(transports) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** The passkey that a browser made; undefined when it was made elsewhere, for another challenge, or without its user. */
export async function readRegistration(
  rp: RelyingParty,
  challenge: string,
  response: unknown,
): Promise<Credential | undefined> {
  const { verifyRegistrationResponse } = await library();
  // it throws for most of what is wrong, and for what is no answer at all
  const checked = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: rp.origin,
    expectedRPID: rp.id,
    requireUserVerification: true,
  }).catch(() => undefined);
  if (!checked?.verified) return undefined;
  const { id, publicKey, counter, transports = [] } = checked.registrationInfo.credential;
  return { id, publicKey: new Uint8Array(publicKey), counter, transports };
}

/** What a browser needs to use a passkey, whichever it has of ours. Its `challenge` is to be kept, and used once. */
export async function authenticationOptions(
  rp: RelyingParty,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({ rpID: rp.id, userVerification: 'required' });
}

/** How often the passkey was used, as its authenticator counts; undefined when the answer is not right. */
export async function readAuthentication(
  rp: RelyingParty,
  challenge: string,
  response: unknown,
  credential: Credential,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await library();
  const checked = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: rp.origin,
    expectedRPID: rp.id,
    credential: { ...credential, transports: named(credential.transports) },
    requireUserVerification: true,
  }).catch(() => undefined);
  return checked?.verified ? checked.authenticationInfo.newCounter : undefined;
}

const named = (transports: string[]) => transports as AuthenticatorTransport[];
