import { STEP_MS, type StepKind } from '../../../operators/sign-in-steps.ts';
import { type Cookie, cookieOf } from './cookies.ts';

/** The cookie of a browser in which a sign-in waits for its next step. */
export const stepCookie = (
  config: { publicUrl: string; publicPath: string },
  kind: StepKind,
): Cookie => cookieOf(config, `gaceta-${kind}`, STEP_MS);
