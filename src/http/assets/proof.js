// The proof of work: the ALTCHA widget, solving its challenge in our web workers.
import '../vendor/altcha/altcha.js';
import '../vendor/altcha/es.js';

globalThis.$altcha.algorithms.set(
  'PBKDF2/SHA-256',
  () => new Worker(new URL('../vendor/altcha/worker.js', import.meta.url), { type: 'module' }),
);
