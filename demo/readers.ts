const first = ['Ada', 'Bea', 'Carl', 'Dora', 'Emil', 'Fay', 'Gil', 'Hana', 'Ivo', 'June'];
const last = [
  'Abbot',
  'Byrne',
  'Castro',
  'Dune',
  'Egan',
  'Frost',
  'Grey',
  'Holm',
  'Ibarra',
  'Juno',
];

/** A list of readers as a newsroom might bring it from elsewhere, each with when and how they agreed. */
export function readersFile(count: number): string {
  const lines = Array.from({ length: count }, (_, n) => {
    const name = `${first[n % 10]} ${last[Math.floor(n / 10) % 10]}`;
    const address = `${name.toLowerCase().replace(' ', '.')}.${n + 1}@reader.example`;
    return `${address},${name},print subscription form,2026-01-15T10:00:00Z`;
  });
  return ['email,name,consent_source,consent_at', ...lines, ''].join('\n');
}
