import type { Request, Response } from 'express';
import { RenderError } from '../../../../emails/render/renderer.ts';
import { previewMail } from '../../../actions/preview.ts';
import type { Context } from '../../../context.ts';
import { NothingNew } from '../../../editions/errors.ts';
import type { ReaderChoice } from '../../../editions/variant.ts';
import type { Translate } from '../../../locales/index.ts';
import { lookIn, sayFor } from './answers.ts';
import { derivedWords } from './derived.ts';
import { unsavedOf } from './form.ts';
import { choiceOf, inColours, notice } from './frames.ts';
import type { PostedWindow } from './window.ts';

/**
 * Answers how a window would look if it were saved, and stores nothing: the documents of its frames and
 * the words that stand for a subject and preheader left empty.
 */
export async function sendLooks(
  context: Context,
  req: Request,
  res: Response,
  window: PostedWindow,
): Promise<void> {
  const choice = choiceOf(lookIn(window));
  const [looks, { subject, preheader }] = await Promise.all([
    looksOf(context, window, choice, sayFor(req, res)),
    derivedWords(context, window.id, window.mine),
  ]);
  res.json({ ...looks, subject, preheader });
}

async function looksOf(
  context: Context,
  { id, mine }: PostedWindow,
  choice: ReaderChoice,
  say: Translate,
): Promise<{ light: string; dark: string; text: string }> {
  try {
    const { html, text } = await previewMail(context, id, choice, unsavedOf(mine));
    return { light: inColours(html, 'phone'), dark: inColours(html, 'dark'), text };
  } catch (error) {
    const nothing = error instanceof NothingNew;
    if (!nothing && !(error instanceof RenderError)) throw error;
    const words = nothing ? say('look.nothing') : say('look.failed', { reason: error.message });
    const page = notice('phone', words);
    return { light: page, dark: page, text: notice('text', words) };
  }
}
