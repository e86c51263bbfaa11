import { describe, expect, test } from 'vitest';
import { allStringsOf } from './strings.ts';
import { ustedIn } from './usted.ts';

// Words of the style guide that have a better one, and the better one.
const instead: Record<string, [RegExp, string][]> = {
  en: [
    [/\be-mails?\b/i, 'email'],
    [/\bmail(?! server)s?\b|\bmailed\b/i, 'email'],
    [/\b(messages?|letters?)\b/i, 'email'],
    [/\bpeople\b|\bsomebody\b/i, 'readers, subscribers, someone'],
    [/\bsign me up\b|\byou are (in|out)\b/i, 'sign up, subscription'],
    [/\bleave (this newsletter|all|…)|\btake (me )?back\b/i, 'unsubscribe, undo'],
    [/\bchoices?\b|\bwhat you get\b/i, 'preferences'],
    [/\bwhat about\b/i, 'sections'],
    [/\bcompos/i, 'draft, prepare'],
    [/\brelays?\b/i, 'mail server'],
    [/\bsuppress/i, 'block'],
    [/\bdrop(ped)?\b/i, 'remove'],
    [/\bclocks?\b|\bat what hour\b/i, 'time, time zone'],
    [/\bproof\b|\bsum\b/i, 'browser check'],
    [/\bthrow[ -]?away\b/i, 'disposable'],
    [/\b(whoever|meanwhile|by itself|any more|look into|written down)\b/i, 'plain words'],
    [/house’s own/i, 'default'],
    [/["']|\.\.\./, 'typographic quotation marks, apostrophe, ellipsis'],
    [/\d{4,}/, 'a comma in numbers from 1,000'],
  ],
  es: [
    [/\be-?mails?\b/i, 'correo'],
    [/\bmensajes?\b|\bcartas?\b/i, 'correo'],
    [/\bpersonas?\b/i, 'lector, suscriptor'],
    [/\b(estás|está) (dentro|fuera)\b/i, 'suscripción'],
    [/\b(dejar|dejas?) (de recibir|este boletín|todos)|\bsuscritos?\b/i, 'darse de baja'],
    [/(?<!la )\bbienvenid[oa]s?\b/i, 'sin palabra con género'],
    [/\bopcion(es)?\b/i, 'preferencias'],
    [/\bsobre qué\b/i, 'secciones'],
    [/\bcomp(on|us|uest)/i, 'preparar'],
    [/\bservidor(es)?\b(?! de correo)/i, 'servidor de correo'],
    [/\bsuprim/i, 'bloquear'],
    [/\breloj/i, 'hora, zona horaria'],
    [/\bprueba de trabajo\b|\bsuma\b/i, 'comprobación del navegador'],
    [/\ben portada\b|\b(informe|reportaje)s?\b/i, 'noticia principal, especial'],
    [/\b(función|papel)\b/i, 'rol'],
    [/\bordenador|\bmóvil/i, 'escritorio, teléfono'],
    [/\bel de la casa\b/i, 'predeterminado'],
    [/\bse (guardó|cambió|borró|envió|pudo)\b/i, 'perfect: se ha guardado'],
    [/["'“”]|\.\.\./, '« »'],
    [/\d{5,}|\d \d{3}\b/, 'un punto desde 10.000'],
    [/(?<!¿[^?]*)\?|(?<!¡[^!]*)!/, '¿? ¡!'],
  ],
};

describe.each(Object.keys(instead))('%s', (language) => {
  test.each(instead[language] ?? [])('no string holds %s: %s', async (word) => {
    const found = (await allStringsOf(language)).filter(([, text]) => word.test(shown(text)));
    expect(found).toEqual([]);
  });

  test('what stands in quotation marks is a string of its own, word for word', async () => {
    const strings = await allStringsOf(language);
    const known = new Set(strings.map(([, text]) => text));
    const quoted = strings.flatMap(([key, text]) =>
      [...text.matchAll(/“([^”{]+)”|«([^»{]+)»/g)].map(([, en, es]) => [key, en ?? es ?? '']),
    );
    expect(quoted.length).toBeGreaterThan(2);
    expect(quoted.filter(([, words = '']) => !known.has(words))).toEqual([]);
  });
});

test('Spanish says tú', async () => {
  const found = (await allStringsOf('es')).map(([key, text]) => [key, ustedIn(shown(text))]);
  expect(found.filter(([, words = '']) => words.length > 0)).toEqual([]);
});

test.each([
  'Escriba su correo.',
  'Mire si falta un punto.',
  'Espere y guárdelo otra vez.',
  'No se ha guardado nada: revíselo.',
  '¿Quiere recibir el boletín?',
  'Puede recuperarlos.',
  'Le enviamos un enlace.',
  'Abajo está lo suyo.',
  'Ha escrito ana@example.org.',
])('%s is known as usted', (text) => {
  expect(ustedIn(text)).not.toEqual([]);
});

/** What a reader sees, without names of placeholders, commands, addresses and their parameters, and dates. */
const shown = (text: string) =>
  text.replaceAll(
    /\{\{[^}]*\}\}|npx gaceta [a-z ]+|https?:\/\/\S*|\?[a-z]+=\S*|jq -c \S+|\d{4}-\d\d-\d\d/g,
    '…',
  );
