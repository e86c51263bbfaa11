import type { Configuration } from 'openid-client';
import type { OidcSettings } from '../../../config.ts';
import type { Identity } from '../../../operators/single-sign-on.ts';

const TIMEOUT_S = 10;
const KNOWN_MS = 60 * 60_000;

/** What a sign-in keeps until the provider answers. */
export interface Asked {
  state: string;
  nonce: string;
  verifier: string;
}

/** The identity provider of the newsroom. Each call may throw: it is away, or its answer is not what it has to be. */
export interface OidcClient {
  /** Where to send the browser, and what to keep meanwhile. PKCE, state and nonce are new each time. */
  begin(redirectUri: string): Promise<{ url: string; asked: Asked }>;
  /** Who has signed in, after `current`, the address that the browser came back to. */
  finish(current: URL, asked: Asked): Promise<Identity>;
}

/** Knows nothing of the provider until the first sign-in: Gaceta starts while that is away. */
export function openOidcClient({
  issuer,
  clientId,
  clientSecret,
  roleClaim,
}: OidcSettings): OidcClient {
  // a sixth of a megabyte, for newsrooms that have a provider
  const library = () => import('openid-client');
  let known: { until: number; configuration: Promise<Configuration> } | undefined;

  /** What the provider says of itself, asked anew every hour and after a failure. */
  async function discover(): Promise<Configuration> {
    if (known && known.until > performance.now()) return known.configuration;
    const { allowInsecureRequests, discovery, enableNonRepudiationChecks } = await library();
    const configuration = discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: TIMEOUT_S,
      execute: [
        // the signature is checked although the token comes from the provider itself
        enableNonRepudiationChecks,
        // config.ts lets http pass for this machine alone
        ...(issuer.startsWith('http:') ? [allowInsecureRequests] : []),
      ],
    });
    known = { until: performance.now() + KNOWN_MS, configuration };
    configuration.catch(() => {
      known = undefined;
    });
    return configuration;
  }

  return {
    async begin(redirectUri) {
      const client = await library();
      const configuration = await discover();
      const verifier = client.randomPKCECodeVerifier();
      const asked = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: asked.state,
        nonce: asked.nonce,
      });
      return { url: url.href, asked };
    },
    async finish(current, { state, nonce, verifier }) {
      const { authorizationCodeGrant, fetchUserInfo } = await library();
      const configuration = await discover();
      const tokens = await authorizationCodeGrant(configuration, current, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const token = tokens.claims();
      if (!token) throw new Error('The provider sent no ID token.');
      // most providers tell address and roles there alone
      const more = configuration.serverMetadata().userinfo_endpoint
        ? await fetchUserInfo(configuration, tokens.access_token, token.sub)
        : {};
      const claims: Record<string, unknown> = { ...more, ...token };
      return {
        issuer: token.iss,
        subject: token.sub,
        email: typeof claims.email === 'string' && claims.email ? claims.email : undefined,
        emailVerified: claims.email_verified === true,
        name: typeof claims.name === 'string' ? claims.name.slice(0, 100) : '',
        claimed: roleClaim === undefined ? undefined : claims[roleClaim],
      };
    },
  };
}
