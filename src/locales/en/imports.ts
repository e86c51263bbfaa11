/** What an import says about a file of readers and its lines. */
export default {
  reasons: {
    'address-empty': 'There is no email address.',
    'address-long':
      'The address is too long: an email address has at most 254 characters, 64 of them before the @.',
    'address-characters':
      'The address has a space, a line break or an invisible character in it: write the address alone.',
    'address-at': 'An email address has exactly one @, as in ana@example.org.',
    'address-local':
      'The part before the @ has a character that is not allowed, or a dot too many.',
    'address-domain': 'The part after the @ is not a domain name such as example.org.',
    encoding: 'The line is not text in the encoding of the lines before it.',
    quote: 'A quotation mark is opened and never closed.',
    cells:
      'The line has {{cells}} cells, the first line {{columns}}: put quotation marks around a cell that holds the delimiter.',
    long: 'The line is longer than {{most, number}} characters.',
    json: 'The line is not a JSON object.',
    state: 'It is not known what the state “{{value}}” means.',
    ignored: 'The state “{{value}}” is left out, as was chosen.',
    'consent-missing':
      'There is no consent: consent_source and consent_at say where and when it was given.',
    date: '{{column}} is not a date that exists: “{{value}}”.',
    'date-ambiguous': '{{column}} could be two days: “{{value}}”. Write it as 2026-11-01.',
    'date-future': '{{column}} is in the future: “{{value}}”.',
    'unsubscribed-missing': 'unsubscribed_at must say when the reader unsubscribed.',
    'newsletter-missing': 'The line does not say for which newsletter it is.',
    'newsletter-other': 'The line is for another newsletter: “{{newsletter}}”.',
    'newsletter-unknown': 'There is no newsletter “{{newsletter}}”.',
    'section-unknown': 'There is no section “{{section}}”.',
    'name-long': 'A name has at most 100 characters.',
    language: '“{{value}}” is not a language tag such as es or en-GB.',
    timezone: '“{{value}}” is not a time zone such as Europe/Madrid.',
    frequency: '“{{value}}” is not a frequency: daily, weekdays, weekly or special.',
    hour: '“{{value}}” is not an hour: HH:MM, from 00:00 to 23:59.',
    consents: 'consents must be as an export writes them.',
    suppressed: 'The address is suppressed.',
    'unsubscribed-since': 'The reader has unsubscribed since that consent.',
    told: '{{text}}',
  },
  notes: {
    encoding: 'The file is not UTF-8 (line {{line}}); it was read as {{encoding}}.',
    'order-day': 'Dates with the day first, as line {{line}} shows: “{{text}}”.',
    'order-month': 'Dates with the month first, as line {{line}} shows: “{{text}}”.',
    zoneless: 'Times without a time zone were read as UTC.',
    'columns-ignored': 'Columns that are not known were ignored: {{columns}}.',
    'names-ignored_one': 'A name that contained an email or web address was left out.',
    'names-ignored_other':
      'Names that contained an email or web address were left out ({{count, number}}).',
    'column-twice': 'The column “{{column}}” is there twice; the first was read.',
    'address-cleaned_one':
      'An address had signs around it that do not belong to it; they were taken off.',
    'address-cleaned_other':
      '{{count, number}} addresses had signs around them that do not belong to them; they were taken off.',
    'unsubscribed-now_one':
      'The file does not say when one reader unsubscribed: the time of the import was taken.',
    'unsubscribed-now_other':
      'The file does not say when {{count, number}} readers unsubscribed: the time of the import was taken.',
    'language-ignored_one': 'A language that is not known was left out: {{value}}.',
    'language-ignored_other':
      'A language that is not known was left out of {{count, number}} lines: {{value}}.',
    'timezone-ignored_one': 'A time zone that is not known was left out: {{value}}.',
    'timezone-ignored_other':
      'A time zone that is not known was left out of {{count, number}} lines: {{value}}.',
    told: '{{text}}',
  },
  files: {
    columns: 'The first line must name the columns; missing: {{columns}}. Known: {{known}}.',
    twice: 'The column “{{columns}}” is there twice.',
    line: 'This is not CSV: it has a line of more than a million characters.',
  },
};
