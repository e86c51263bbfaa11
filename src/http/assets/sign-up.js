// Optional: every form works without this file.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll('[data-timezone]'))
  if (!field.value && zone) field.value = zone;

document.querySelector('[data-focus]')?.focus();

// Prevents a second submission while the first is being sent.
for (const form of document.querySelectorAll('[data-sign-up]'))
  form.addEventListener('submit', () => {
    setTimeout(() => {
      for (const button of form.querySelectorAll('button')) button.disabled = true;
    });
  });
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('[data-sign-up] button')) button.disabled = false;
});
