import { type Notice, readNotices } from '../text/notice.ts';
import { translator } from './index.ts';

/** A notice as a sentence of `language`. */
export const noticeInWords = ({ code, values }: Notice, language = 'en'): string =>
  translator(language, 'notices')(code, values);

/** What `writeNotices` wrote, as sentences of `language`. */
export const noticesInWords = (text: string, language = 'en'): string =>
  readNotices(text)
    .map((notice) => noticeInWords(notice, language))
    .join(' ');
