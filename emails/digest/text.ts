import type { ReaderMarks } from '../content.ts';
import { joinBlocks, LINE_LENGTH, NumberedLinks, wrap } from '../plain-text.ts';
import { introductionText } from './introduction.ts';
import type { ArticleView, DigestView } from './view.ts';

/** The edition as plain text: everything the html says, links numbered and listed at the end. */
export function digestText(view: DigestView, reader: ReaderMarks): string {
  const { t } = view;
  const links = new NumberedLinks();
  const story = (article: ArticleView) => storyText(article, view.shape, links);
  const blocks = [
    `${wrap(view.newsletter)}\n${wrap(view.dateline)}\n${'='.repeat(LINE_LENGTH)}`,
    view.introduction ? introductionText(view.introduction, links) : '',
    view.lead ? joinBlocks([ruled(t('digest.lead')), story(view.lead)]) : '',
    ...view.sections.map((section) =>
      joinBlocks([section.title && ruled(section.title), ...section.articles.map(story)]),
    ),
  ];
  const list = links.list();
  return `${joinBlocks([
    ...blocks,
    list && `${ruled(t('digest.links'))}\n\n${list}`,
    footerText(view, reader),
  ])}\n`;
}

// Each reader's value is at the end of its line, so that its length moves no other line.
function footerText(view: DigestView, reader: ReaderMarks): string {
  const { t } = view;
  return joinBlocks([
    '-'.repeat(LINE_LENGTH),
    `${wrap(t('digest.because', { newsletter: view.newsletter }))}\n${t('digest.sentTo', { address: reader.maskedAddress })}`,
    view.shared ? `${wrap(t('digest.forwarded'))} ${t('digest.signUp')}:\n${view.signUpUrl}` : '',
    `${t('digest.unsubscribe')}:\n${reader.unsubscribeUrl}`,
    `${t('digest.preferences')}:\n${reader.preferencesUrl}`,
    `${t('digest.view')}:\n${reader.viewUrl}`,
    [view.newsroom, ...view.postalLines].map((line) => wrap(line)).join('\n'),
  ]);
}

const ruled = (title: string) =>
  `${wrap(title)}\n${'-'.repeat(Math.min(title.length, LINE_LENGTH))}`;

function storyText(
  { title, standfirst, line, url, image, picture, byline, weight }: ArticleView,
  shape: DigestView['shape'],
  links: NumberedLinks,
): string {
  const headline = wrap(`* ${title}${url ? ` ${links.mark(url)}` : ''}`, '', '  ');
  const below =
    weight === 'feature'
      ? [
          wrap(standfirst, '  '),
          picture?.alt ? wrap(`(${picture.alt})`, '  ') : '',
          wrap([byline, picture && image?.credit].filter(Boolean).join(' · '), '  '),
        ]
      : [shape === 'compact' ? wrap(line, '  ') : ''];
  return [headline, ...below].filter(Boolean).join('\n');
}
