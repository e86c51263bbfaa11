import { newsletterOperations } from './newsletters.ts';
import type { Operation } from './operation.ts';

/** Every call of the API. */
export const operations: Operation[] = [...newsletterOperations];
