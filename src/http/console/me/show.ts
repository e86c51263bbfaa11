import type { Request, Response } from 'express';
import { toString as qrCode } from 'qrcode';
import type { Context } from '../../../context.ts';
import { openSealing, type Sealing, Unsealable } from '../../../database/sealing.ts';
import { languages } from '../../../locales/index.ts';
import { getNewsroom } from '../../../newsletters/newsroom.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { listPasskeys } from '../../../operators/passkeys.ts';
import { shortestPassword } from '../../../operators/passwords.ts';
import { recoveryCodesLeft } from '../../../operators/recovery-codes.ts';
import { listSessions } from '../../../operators/sessions.ts';
import { hasTotp, pendingTotp } from '../../../operators/totp.ts';
import { twoFactorRequired } from '../../../operators/two-factor.ts';
import { relyingPartyOf } from '../../../operators/webauthn.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { deviceOf } from './device.ts';
import { isRecent } from './recent.ts';
import { takeCodes } from './recovery.ts';

/** What is wrong with a field, by its name: a key of the strings, and its values. */
export interface MeShown {
  status?: number;
  wrong?: Partial<Record<'code' | 'before' | 'password', string>>;
  values?: Record<string, string | number>;
}
export type ShowMe = (req: Request, res: Response, shown?: MeShown) => Promise<void>;

/** Shows an operator's own page. */
export function openShowMe(context: Context): ShowMe {
  const { db, config, secrets } = context;
  const sealing = openSealing(secrets);
  const passkeysWork = relyingPartyOf(config.publicUrl) !== undefined;

  return async (req, res, { status = 200, wrong = {}, values } = {}) => {
    const operator: Operator = res.locals.operator;
    const { language, t } = wordsFor(req, res);
    const { id } = operator;
    const [app, pending, codesLeft, codes, passkeys, required, sessions] = await Promise.all([
      hasTotp(db, id),
      pendingApp(context, sealing, operator),
      recoveryCodesLeft(db, id),
      takeCodes(req, sealing),
      listPasskeys(db, id),
      twoFactorRequired(db),
      listSessions(db, id),
    ]);
    const time = (at: Date) => timeIn(at, language, 'UTC');
    await showPage(context, req, res, {
      view: 'me/me.eta',
      title: t('me.title'),
      styles: ['me'],
      scripts: ['passkeys'],
      status,
      data: {
        shortest: shortestPassword,
        languages: languages.map((code) => ({ code, name: t(`me.languages.${code}`) })),
        wrong: Object.fromEntries(
          Object.entries(wrong).map(([field, key]) => [field, t(key, values)]),
        ),
        recent: isRecent(req),
        required,
        app,
        pending,
        codes,
        codesLeft,
        passkeysWork,
        passkeys: passkeys.map((one) => ({
          id: one.id,
          name: one.name,
          made: time(one.createdAt),
          used: one.lastUsedAt && time(one.lastUsedAt),
        })),
        sessions: sessions.map((one) => ({
          id: one.id,
          here: one.idHash.toString('base64url') === req.session?.id,
          device: deviceOf(one.userAgent, t),
          from: one.originAddress,
          method: t(`me.sessions.by.${one.method}`),
          since: time(one.createdAt),
          used: time(one.usedAt),
        })),
      },
    });
  };
}

/** The authenticator app that waits for its first code: as a picture, and to be typed in groups of four. */
async function pendingApp(context: Context, sealing: Sealing, operator: Operator) {
  const { name } = await getNewsroom(context.db);
  const pending = await pendingTotp(context.db, sealing, operator, name).catch((error: unknown) => {
    // begun under a SECRET that is gone: it is begun anew
    if (error instanceof Unsealable) return undefined;
    throw error;
  });
  if (!pending) return undefined;
  return {
    svg: await qrCode(pending.uri, { type: 'svg', margin: 2 }),
    uri: pending.uri,
    secret: pending.secret.replace(/.{4}(?=.)/g, '$& '),
  };
}
