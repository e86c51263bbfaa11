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
    delimiter: 'The line has another delimiter than the first line.',
    long: 'The line is longer than {{most, number}} characters.',
    json: 'The line is not a JSON object.',
    state: 'It is not known what the state “{{value}}” means.',
    ignored: 'The state “{{value}}” is left out, as was chosen.',
    'consent-missing':
      'There is no consent: consent_source and consent_at say where and when it was given.',
    date: '{{column}} is not a date that exists: “{{value}}”.',
    'date-ambiguous': '{{column}} could be two days: “{{value}}”. Write it as 2026-11-01.',
    'date-future': '{{column}} is in the future: “{{value}}”.',
    'newsletter-missing': 'The line does not say for which newsletter it is.',
    'newsletter-other': 'The line is for another newsletter: “{{newsletter}}”.',
    'newsletter-unknown': 'There is no newsletter “{{newsletter}}”.',
    'section-unknown': 'There is no section “{{section}}”.',
    'name-long': 'A name has at most 100 characters.',
    language: '“{{value}}” is not a language tag such as es or en-GB.',
    timezone: '“{{value}}” is not a time zone such as Europe/Madrid.',
    frequency: '“{{value}}” is not a frequency: daily, weekdays, weekly or special.',
    edition_content: '“{{value}}” is not one of full, headlines and text.',
    hour: '“{{value}}” is not an hour: HH:MM, from 00:00 to 23:59.',
    consents: 'consents must be as an export writes them.',
    suppressed: 'The address is blocked.',
    'unsubscribed-since':
      'The reader unsubscribed here: a file brings back nobody who did not confirm again since.',
    'newsletter-archived': 'The newsletter is archived.',
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
    'no-lines':
      'There is no reader in the file, only the line that names its columns. Export it again with the readers.',
    'files-ignored': 'Files of the ZIP without a column of addresses were left out: {{files}}.',
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
    columns:
      'No column holds addresses. Name it email in the first line, or say which it is. Columns: {{columns}}.',
    twice: 'The column “{{column}}” is there twice. Give one of them another name.',
    map: 'There is no column “{{column}}” in this file. Its columns: {{columns}}.',
    field: 'A column cannot hold “{{field}}”. It can hold: {{fields}}.',
    state: '“{{state}}” is no state. States: {{states}}.',
    format: 'No format is called “{{format}}”. Formats: {{formats}}.',
    consent: 'The consent needs a source and a time in the past, such as 2026-11-01.',
    array:
      'This is one JSON array. Save it with one object on each line (JSON Lines): jq -c ".[]" list.json > list.jsonl',
    zip: 'The ZIP or spreadsheet is damaged: it cannot be unpacked to its end. Export it again.',
    empty:
      'There is no list of readers in this ZIP: no CSV, XLSX or JSON Lines with a column of addresses.',
    bomb: 'This file unpacks to far more than any list of readers. Unpack it, and import what is in it.',
    encrypted: 'This ZIP is protected by a password. Unpack it, and import what is in it.',
    blank: 'There is nothing in this file. Export the readers again.',
    packed:
      'This is an Excel file, a ZIP or JSON. Save its list as CSV, or as text with one address a line.',
    nested: 'There is another packed file in this ZIP. Unpack it, and import what is in it.',
    kind_xls:
      'This is an old Excel file (XLS), or one with a password. Save it as XLSX or CSV without one.',
    kind_gzip: 'This file is packed with gzip. Unpack it first.',
    kind_pdf: 'This is a PDF. Export the readers as CSV or XLSX.',
    kind_7z: 'This is a 7z archive. Unpack it, and import what is in it.',
    kind_rar: 'This is a RAR archive. Unpack it, and import what is in it.',
    kind_sqlite: 'This is a database. Export the readers as CSV.',
    kind_html: 'This is a web page or XML, not a list. Export the readers as CSV or XLSX.',
    kind_image: 'This is a picture, a sound or a video. Export the readers as CSV or XLSX.',
    kind_document: 'This is a file of LibreOffice, Numbers or Word. Save the table as XLSX or CSV.',
    kind_binary: 'This is no text, spreadsheet or ZIP. Export the readers as CSV or XLSX.',
  },
  failures: {
    unreadable: 'After {{count, number}} lines the file cannot be read on.',
    stopped:
      'Gaceta was stopped after {{count, number}} lines. Import the same file again: what is in already stays as it is.',
    lost: 'After {{count, number}} lines the process that imported it ended, and the file is gone. Import the same file again: what is in already stays as it is.',
    fault:
      'It failed after {{count, number}} lines; the log says why. Start it again: it goes on where it was.',
    expired: 'Nobody started it for a day, and its file was removed. Send it again.',
  },
};
