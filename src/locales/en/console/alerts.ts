export default {
  title: 'Alerts',
  own: 'Emails to you',
  ownText:
    'Tick what you want to know at once. You receive an email at {{address}} when it begins, and one when it is over.',
  save: 'Save',
  saved: 'Saved. You will be emailed about what is ticked.',
  all: 'Emails to everyone in ALERT_TO',
  nobody:
    'No address receives every alert. Set ALERT_TO to the addresses that should, and restart Gaceta.',
  everything: 'These addresses receive every alert:',
  ownWay: 'Alerts are sent through a mail server of their own: {{relay}}.',
  sameWay:
    'Alerts are sent through the mail server of the newsletters: {{relay}}. If it is down, no alert can say so: set ALERT_SMTP_URL to another one.',
  noWay: 'No alert can be sent: set ALERT_SMTP_URL or SMTP_URL.',
  sent: 'Latest alerts',
  noneSent: 'No alert has been sent yet. They will appear here.',
  what: 'What',
  whom: 'To',
  when: 'When',
  state: 'State',
  event: { raised: '{{title}}', over: 'Resolved: {{title}}' },
  states: { queued: 'Being sent; tried again if it fails', sent: 'Sent', failed: 'Not sent' },
};
