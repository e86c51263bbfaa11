// Puts a button that copies beside what is there to be copied. Without scripts, or a clipboard, it is selected by hand.
if (navigator.clipboard)
  for (const text of document.querySelectorAll('[data-copy]')) {
    const { label: copy, copied } = document.querySelector('[data-copy-words]')?.dataset ?? {};
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = copy ?? '⧉';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = copied ?? '✓';
      setTimeout(() => {
        button.textContent = copy ?? '⧉';
      }, 2000);
    });
    (text.closest('pre') ?? text).after(button);
  }
