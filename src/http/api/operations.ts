import { deliveryOperations } from './deliveries.ts';
import { steeringOperations } from './edition-steering.ts';
import { editionOperations } from './editions.ts';
import { newsletterOperations } from './newsletters.ts';
import type { Operation } from './operation.ts';
import { previewOperations } from './preview.ts';

/** Every call of the API. */
export const operations: Operation[] = [
  ...newsletterOperations,
  ...editionOperations,
  ...steeringOperations,
  ...previewOperations,
  ...deliveryOperations,
];
