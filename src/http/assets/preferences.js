// Comfort only: the page works without this file.
const field = document.querySelector('#timezone');
const hint = document.querySelector('[data-guess]');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// A guess is shown and never taken silently: the reader may be travelling.
if (field && hint && zone && field.value !== zone) {
  hint.querySelector('span').textContent = hint.dataset.guess.replace('*', zone);
  hint.hidden = false;
  hint.querySelector('button').addEventListener('click', () => {
    if (![...field.options].some((option) => option.value === zone)) field.add(new Option(zone));
    field.value = zone;
    hint.hidden = true;
    field.focus();
  });
}
document.querySelector('[data-focus]')?.focus();
