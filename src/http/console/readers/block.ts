import { type Request, type Response, Router } from 'express';
import { importSuppressions } from '../../../actions/suppressions.ts';
import type { Context } from '../../../context.ts';
import { faultInWords, InvalidImport } from '../../../subscribers/errors.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { readList, takeList } from '../../middleware/upload-list.ts';
import { onceForEachForm } from '../once.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';

const reasons = ['operator', 'bounce', 'complaint'] as const;

/** A list of addresses that nothing is to be sent to, as another service gave it. */
export function blockRoutes(context: Context): Router {
  const router = Router();
  const admin = requireRole('admin');

  router.get('/readers/block', admin, (req, res) => showForm(req, res));

  router.post(
    '/readers/block',
    admin,
    ...readList(context.imports.folder),
    onceForEachForm(context),
    async (req: Request, res: Response) => {
      await using file = takeList(res);
      if (!file) return showForm(req, res, 'none');
      const { detail } = req.body as { detail?: string };
      const reason = reasons.find((one) => one === req.body.reason) ?? 'operator';
      try {
        const { suppressed, known, refusedCount } = await importSuppressions(
          context,
          actorOf(res),
          file.read(),
          { reason, detail: detail?.trim().slice(0, 500) || null },
        );
        const number = new Intl.NumberFormat(wordsFor(req, res).language);
        const counts = {
          added: number.format(suppressed),
          known: number.format(known),
          refused: number.format(refusedCount),
        };
        await leaveMessage(req, 'bulk.block.done', true, counts);
        return res.redirect(303, '/console/readers/block');
      } catch (error) {
        if (!(error instanceof InvalidImport)) throw error;
        return showForm(req, res, error);
      }
    },
  );

  async function showForm(req: Request, res: Response, fault?: 'none' | InvalidImport) {
    const { t, language } = wordsFor(req, res);
    const { reason = 'operator', detail = '' } = ((fault && req.body) || {}) as Record<
      string,
      string
    >;
    await showPage(context, req, res, {
      view: 'readers/block.eta',
      nav: 'readers',
      title: t('bulk.block.title'),
      status: fault ? 422 : 200,
      styles: ['readers'],
      scripts: ['upload'],
      data: {
        reasons,
        chosen: reason,
        detail,
        wrong: fault === 'none' ? t('bulk.block.none') : fault && faultInWords(fault, language),
      },
    });
  }
  return router;
}
