/** Pronouns and possessives of usted. Our texts need none of a third person, so none is allowed. */
const pronouns = /(?<![\p{L}])(ustedes|usted|sus?|suy[oa]s?|les?|consigo)(?![\p{L}])/giu;

/** What usted is told to do, for the verbs that such texts use. */
const imperatives = new Set(
  `abra acepte active actualice acorte añada arrastre arregle borre busque cambie cancele cierre compruebe
  confirme consulte continúe copie corrija cree cuente deje descargue descarte deshaga diga elija empiece envíe
  escriba escoja espere evite guarde haga ignore incluya indique inicie inserte intente introduzca lea llame
  mande mantenga marque mire muestre ordene pase pause pegue permita pida ponga prepare presione pruebe pulse quite
  recargue recuerde recupere repita responda revise seleccione separe siga solicite suscriba teclee termine toque use utilice vaya vea verifique vuelva`
    .split(/\s+/)
    .map(plain),
);

// A subjunctive (hasta que alguien lo guarde) looks the same, but never begins a clause.
const beginning = /(?:^|[.:;,¿¡!?»)…]\s+|^[¿¡«])(\p{L}+)/gu;
// Nor does it carry a pronoun at its end: guárdelo, suscríbase.
const enclitic = /\p{L}*[áéíóú]\p{L}*?(?:me|se|nos|l[aeo]s?)(?![\p{L}])/giu;
// What usted does: as the first word it has no other subject.
const verbs =
  /(?:^|[.:;,¿¡]\s*)(quiere|desea|tiene que|necesita un|va a \p{L}+r|puede (?!que|estar|haber|ser)\p{L}+|ha (?:escrito|elegido|pedido|marcado|pulsado|dado))(?![\p{L}])/giu;

/** The words of a Spanish text that speak to the reader as usted. */
export function ustedIn(text: string): string[] {
  const first = (rule: RegExp) => [...text.matchAll(rule)].map(([all, group]) => group ?? all);
  return [
    ...first(pronouns),
    ...first(verbs),
    ...first(beginning).filter((word) => imperatives.has(plain(word))),
    ...first(enclitic).filter((word) =>
      withoutPronouns(plain(word)).some((verb) => imperatives.has(verb)),
    ),
  ];
}

/** `hagaselo` → `hagase`, `haga`. */
function withoutPronouns(word: string): string[] {
  const once = word.replace(/(?:me|se|nos|l[aeo]s?)$/, '');
  return [once, once.replace(/(?:me|se)$/, '')];
}

function plain(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300\u0301]/g, '');
}
