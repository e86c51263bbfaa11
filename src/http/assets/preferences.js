// Optional: the page works without this file.
const field = document.querySelector('#timezone');
const hint = document.querySelector('[data-guess]');

const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
const resolved = (zone) => Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;

/** The option of the device's zone, also where the browser knows it by an older name than the page. */
function deviceOption() {
  const options = [...field.options];
  const same = (option) => {
    try {
      return option.value !== '' && resolved(option.value) === device;
    } catch {
      return false; // a zone that this browser does not know
    }
  };
  return options.find((option) => option.value === device) ?? options.find(same);
}

/** Puts the device's own zone before the regions; says so where another one is chosen. */
function offerDevice(option) {
  const group = document.createElement('optgroup');
  group.label = field.dataset.device;
  const own = option.cloneNode(true);
  own.selected = false;
  group.append(own);
  field.options[0].after(group);
  if (option.selected) {
    own.selected = true;
    return;
  }
  // never taken silently: the reader may be travelling
  hint.querySelector('span').textContent = hint.dataset.guess.replace('*', own.text);
  hint.hidden = false;
  hint.querySelector('button').addEventListener('click', () => {
    own.selected = true;
    hint.hidden = true;
    field.focus();
  });
}

/** A field above the list that leaves only what matches it: city, country, or the zone's name. */
function makeSearchable() {
  const plain = (text) =>
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[_/,]+/g, ' ')
      .toLowerCase();
  const search = document.createElement('input');
  search.type = 'search';
  search.autocomplete = 'off';
  search.placeholder = field.dataset.search;
  search.setAttribute('aria-label', field.dataset.search);
  search.setAttribute('aria-controls', field.id);
  const none = document.createElement('small');
  none.setAttribute('role', 'status');
  field.before(search);
  field.after(none);

  const options = [...field.options].filter((option) => option.value !== '');
  const texts = new Map(options.map((one) => [one, plain(`${one.text} ${one.value}`)]));
  const show = (words) => {
    const found = options.filter((one) => words.every((word) => texts.get(one).includes(word)));
    for (const one of options) one.hidden = !found.includes(one);
    for (const group of field.querySelectorAll('optgroup'))
      group.hidden = [...group.children].every((one) => one.hidden);
    none.textContent = found.length === 0 ? field.dataset.none : '';
    const seen = found.length + field.querySelectorAll('optgroup:not([hidden])').length;
    field.size = words.length === 0 || seen === 0 ? 1 : Math.min(8, Math.max(2, seen));
    return found;
  };
  const wanted = () => plain(search.value).split(' ').filter(Boolean);
  const clear = () => {
    search.value = '';
    show([]);
  };
  search.addEventListener('input', () => show(wanted()));
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') field.focus();
    if (event.key !== 'Enter') return;
    event.preventDefault(); // or the form would be saved
    const [first] = show(wanted());
    if (first) first.selected = true;
    clear();
    field.focus();
  });
  field.addEventListener('change', clear);
}

if (field && hint) {
  const option = device && deviceOption();
  if (option) offerDevice(option);
  makeSearchable();
}
document.querySelector('[data-focus]')?.focus();
