import mjml2html from 'mjml';

/** The template, ours or the newsroom's, is not valid MJML. */
export class TemplateError extends Error {
  constructor(problems: string[]) {
    super(`The template is not valid MJML:\n${problems.join('\n')}`);
    this.name = 'TemplateError';
  }
}

// Indentation is a third of what MJML writes. Line breaks stay: QP and old relays like short lines.
const unindent = (html: string) => html.replaceAll(/\n\s+/g, '\n').trim();

// A mail is a page of its own in most clients, and a page has one main landmark; MJML says article.
const asMain = (html: string) =>
  html.replace('aria-roledescription="email" role="article"', 'role="main"');

/** MJML to HTML, without fonts or anything else from elsewhere. Throws TemplateError. */
export async function htmlOf(mjml: string): Promise<string> {
  const { html, errors } = await mjml2html(mjml, {
    validationLevel: 'soft',
    ignoreIncludes: true,
    fonts: {},
    keepComments: false,
  });
  if (errors.length > 0) throw new TemplateError(errors.map((error) => error.formattedMessage));
  return `${unindent(asMain(html))}\n`;
}
