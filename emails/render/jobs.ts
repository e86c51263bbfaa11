import type { DigestContent, ReaderMarks, Rendered } from '../content.ts';
import type { LetterContent, RenderedLetter } from '../letters/content.ts';
import type { LetterFace } from '../letters/words.ts';
import type { Pictures } from './picture.ts';

/** What the render process can be asked for, and what it answers. */
export interface RenderJobs {
  digest: { content: { content: DigestContent; reader: ReaderMarks }; result: Rendered };
  /** The digest's MJML source, for those who want to see it. */
  mjml: { content: { content: DigestContent; reader: ReaderMarks }; result: string };
  letter: { content: LetterContent; result: RenderedLetter };
  /** Its html alone, from words that may be marks. */
  letterHtml: { content: LetterFace; result: string };
  /** A story's picture, from the bytes of its file: in a process of its own, see picture-process.ts. */
  picture: { content: Uint8Array; result: Pictures };
}

export type RenderKind = keyof RenderJobs;

/** One request to the render process. */
export type RenderRequest = {
  [K in RenderKind]: { kind: K; content: RenderJobs[K]['content'] };
}[RenderKind];

/** Its answer: the result, or the words of the error. */
export type RenderAnswer =
  | { result: RenderJobs[RenderKind]['result'] }
  | { error: { name: string; message: string } };
