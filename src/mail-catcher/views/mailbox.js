// Times in the reader's own zone, and a list that updates itself.
const language = document.documentElement.lang;
for (const time of document.querySelectorAll('time[datetime]')) {
  const options = { dateStyle: 'medium', timeStyle: 'medium' };
  time.textContent = new Intl.DateTimeFormat(
    language === 'en' ? 'en-GB' : language,
    options,
  ).format(new Date(time.dateTime));
}

if (location.pathname === '/') {
  const shown = document.body.dataset.received;
  setInterval(async () => {
    const typing = document.activeElement?.tagName === 'INPUT';
    if (document.hidden || typing) return;
    try {
      const answer = await fetch('/api/messages?limit=1');
      const { received } = await answer.json();
      if (String(received) !== shown) location.reload();
    } catch {
      // the mailbox does not answer; the next request may
    }
  }, 2000);
}
