// Proposes the address of a new newsletter, and orders sections by buttons. Without scripts both are typed.
const title = document.querySelector('[data-slug-of]');
const slug = title && document.getElementById(title.dataset.slugOf);
if (slug && slug.value === '') {
  let own = false;
  slug.addEventListener('input', () => {
    own = slug.value !== '';
  });
  title.addEventListener('input', () => {
    if (!own) slug.value = proposed(title.value);
  });
}

function proposed(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '');
}

const list = document.querySelector('[data-sections]');
if (list && !list.closest('fieldset').disabled) order(list);

function order(sections) {
  sections.classList.add('moving');
  const empty = [...sections.querySelectorAll('[data-empty]')];
  const add = document.querySelector('[data-add]');
  // one empty row is the model of those that are added
  const model = empty[0]?.cloneNode(true);
  for (const row of empty) row.remove();
  for (const moves of sections.querySelectorAll('.moves')) moves.hidden = false;
  number(sections);
  sections.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-move]');
    if (!button) return;
    const row = button.closest('li');
    if (button.dataset.move === '-1') row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    number(sections);
    button.focus();
  });
  if (!model || !add) return;
  let next = 0;
  for (const { name } of sections.querySelectorAll('[name^="section."]'))
    next = Math.max(next, Number(name.split('.')[1]) + 1);
  add.hidden = false;
  add.querySelector('button').addEventListener('click', () => {
    const row = model.cloneNode(true);
    for (const field of row.querySelectorAll('[name]')) {
      const part = field.name.split('.')[2];
      field.name = `section.${next}.${part}`;
      if (field.id) field.id = `section-${next}-${part}`;
    }
    for (const label of row.querySelectorAll('label[for]'))
      label.htmlFor = `section-${next}-${label.htmlFor.split('-')[2]}`;
    row.querySelector('.moves').hidden = false;
    next++;
    sections.append(row);
    number(sections);
    row.querySelector('input:not([type="hidden"])').focus();
  });
}

function number(sections) {
  [...sections.children].forEach((row, at) => {
    row.querySelector('[data-place] input').value = String(at + 1);
  });
}
