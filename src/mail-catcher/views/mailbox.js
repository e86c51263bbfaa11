// Times in the reader's own zone, and a list that shows new messages by itself.
for (const time of document.querySelectorAll('time[datetime]')) {
  const options = { dateStyle: 'medium', timeStyle: 'medium' };
  time.textContent = new Intl.DateTimeFormat('en-GB', options).format(new Date(time.dateTime));
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
      // the mailbox is away; the next look tells
    }
  }, 2000);
}
