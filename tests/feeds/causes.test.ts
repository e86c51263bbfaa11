import { expect, test } from 'vitest';
import { causeInWords } from '../../src/feeds/causes.ts';
import { FeedAway, NotAFeed } from '../../src/feeds/errors.ts';

test('what is wrong with a feed is kept as a cause, and said in either language', () => {
  const away = new FeedAway('serverFault', { host: 'wire.example', status: 503 });
  expect(away.message).toBe('wire.example has a fault of its own (503). It is tried again later.');
  expect(causeInWords(away.feedCause, 'es')).toBe(
    'wire.example tiene un fallo propio (503). Se volverá a intentar más tarde.',
  );
  expect(causeInWords(new NotAFeed('webPage').feedCause, 'es')).toMatch(/^Esto es una página web/);
});
