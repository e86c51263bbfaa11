export default {
  kind: { daily: 'daily', weekly: 'weekly', special: 'special' },
  title: {
    held: 'Newsletter held for complaints',
    paused: 'Edition paused',
    stalled: 'Edition held up',
    missed: 'Edition missed its hour',
    nothing: 'Nothing new to send',
    incomplete: 'Readers not reached',
    review: 'Draft waiting for review',
    withdrawn: 'Article withdrawn',
    uncertain: 'Emails without a clear answer',
    restore: 'Held after a restore',
    feed: 'Feed cannot be read',
    webhook: 'Webhook switched off',
    complaints: 'Complaints from readers',
    requests: 'Readers who want to unsubscribe',
    disk: 'Disk space',
    queue: 'Queue not answering',
    workers: 'No worker running',
    relay: 'No mail server set',
  },
  meaning: {
    held: 'More than 0.3% of a newsletter’s readers of a day marked it as spam, and nothing more of it is sent until someone decides.',
    paused:
      'An edition was paused because its emails were refused, or has been left paused for ten minutes.',
    stalled: 'An edition that is being sent has been held up for ten minutes.',
    missed: 'An edition was not prepared, or did not start, at its hour.',
    nothing: 'The hour of an edition came and there was no new article for it.',
    incomplete:
      'An hour after its end, an edition had been handed over to fewer than 99% of its readers.',
    review: 'The hour of an edition passed while its draft was waiting for someone to review it.',
    withdrawn: 'An article of an edition to come has been taken out of its feed.',
    uncertain: 'For some readers nobody knows whether the mail server took their email.',
    restore:
      'The database was restored or copied, so editions that may have been sent already are held.',
    feed: 'A feed could not be read for a day, or is gone for good.',
    complaints: 'More than 0.1% of a newsletter’s readers of a day marked it as spam.',
    requests: 'A reader asked by email to be unsubscribed.',
    disk: 'The disk of the database is full or nearly full.',
    queue: 'The queue that hands out the work has not answered for a minute.',
    workers: 'No worker has been running for a minute, so nothing is sent.',
    relay: 'No mail server is set, so nothing leaves this machine.',
    webhook: 'A webhook was switched off because its receiver accepted nothing for a day.',
  },
  detail: {
    held: '{{newsletter}} is held: too many readers marked it as spam.',
    paused: {
      refusals:
        '{{newsletter}}, no. {{number}} is paused because its emails were refused: {{words}}',
      operator:
        '{{newsletter}}, no. {{number}} was paused by a colleague and has not been resumed.',
    },
    stalled: {
      words: '{{newsletter}}, no. {{number}} is held up: {{words}}',
      disk: '{{newsletter}}, no. {{number}} is held up: the disk of the database is full.',
      workers: '{{newsletter}}, no. {{number}} is held up: no worker is running.',
      queue: '{{newsletter}}, no. {{number}} is held up: the queue does not answer.',
      worker:
        '{{newsletter}}, no. {{number}} is held up: a worker holds some of its readers and does not move.',
      planning:
        '{{newsletter}}, no. {{number}} is held up: not all of its readers are planned yet.',
      tickets: '{{newsletter}}, no. {{number}} is held up: no worker takes up what is due.',
    },
    missed: {
      held: '{{newsletter}}, no. {{number}} was not sent at its hour, and is too late to go automatically.',
      composed: 'The {{kind}} edition of {{newsletter}} was not prepared at {{hour, hour}}.',
    },
    nothing:
      'There was no new article for the {{kind}} edition of {{newsletter}} at {{hour, hour}}, so none was sent.',
    incomplete:
      '{{newsletter}}, no. {{number}} was handed over for {{sent, number}} of {{count, number}} readers.',
    review:
      'The hour of {{newsletter}}, no. {{number}} has passed, and its draft is still waiting for review.',
    withdrawn_one:
      'In {{newsletter}}, no. {{number}}, {{count}} article is no longer in its feed: {{article}}',
    withdrawn_other:
      'In {{newsletter}}, no. {{number}}, {{count, number}} articles are no longer in their feeds, the first of them: {{article}}',
    uncertain_one:
      '{{newsletter}}, no. {{number}}: for {{count}} reader nobody knows whether the mail server took the email.',
    uncertain_other:
      '{{newsletter}}, no. {{number}}: for {{count, number}} readers nobody knows whether the mail server took the email.',
    restore: {
      paused:
        '{{newsletter}}, no. {{number}} was being sent when the database was restored or copied. Some readers may have it already.',
      draft:
        '{{newsletter}}, no. {{number}} was due when the database was restored or copied. It may have been sent already.',
    },
    feed: {
      failing: '{{feed}} ({{newsletter}}) has not been readable for a day: {{words}}',
      gone: '{{feed}} ({{newsletter}}) is gone for good and is no longer read: {{words}}',
    },
    webhook: {
      failing:
        'The webhook to {{host}} was switched off: none of its notifications was accepted for a day.',
      gone: 'The webhook to {{host}} was switched off: the receiver answered that it is gone for good.',
    },
    complaints_one:
      '{{newsletter}} of {{day}} was marked as spam by {{count}} reader of {{sent, number}}.',
    complaints_other:
      '{{newsletter}} of {{day}} was marked as spam by {{count, number}} readers of {{sent, number}}.',
    requests_one: '{{count}} reader of {{newsletter}} asks by email to be unsubscribed.',
    requests_other: '{{count, number}} readers of {{newsletter}} ask by email to be unsubscribed.',
    disk: {
      full: 'The disk of the database is full: nothing can be saved and nothing is sent.',
      low: 'The disk of the database is nearly full.',
    },
    queue: 'The queue ({{backend}}) does not answer, so no worker learns what to send.',
    workers: 'No worker is running, so nothing is prepared and nothing is sent.',
    relay:
      'No mail server is set: every email ends in the built-in mailbox, and no reader gets one.',
  },
  fix: {
    held: 'Find out why: who was imported, what the edition said, how often it comes. Then release the newsletter on its page, with a word on what was decided.',
    paused: {
      refusals:
        'Ask the provider of the mail server about these words, correct what they name, and resume the edition. It goes on where it stopped.',
      operator: 'Resume the edition, or cancel it.',
    },
    stalled: {
      words:
        'It goes on automatically once the cause is gone. If it is the mail server, ask its provider about these words.',
      disk: 'Free some space. It goes on automatically.',
      workers: 'Start a worker (gaceta start, or gaceta worker). It goes on automatically.',
      queue: 'Start Redis again, or check REDIS_URL. It goes on automatically.',
      worker: 'Look at the log of the workers. If it says nothing, restart them.',
      planning: 'Look at the log of the workers.',
      tickets: 'Look at the log of the workers. If it says nothing, restart them.',
    },
    missed: {
      held: 'Open the edition and send it now, or cancel it.',
      composed: 'Prepare it by hand on the page Editions, and look at the log of the workers.',
    },
    nothing:
      'If there should have been something, check the feeds. Otherwise there is nothing to do.',
    incomplete: 'Open the edition to see who was missed and why, and resend it to them.',
    review: 'Open the draft, then send it or cancel it.',
    withdrawn:
      'Open the draft. Check the story with the newsroom, and remove it if it was withdrawn.',
    uncertain: 'Open the edition and resend it to those it missed. Some of them may get it twice.',
    restore: {
      paused:
        'Find out from the mail server’s log who has it. Then resume the edition, or cancel it.',
      draft: 'Find out whether it was sent. If not, send it now. Otherwise cancel it.',
    },
    webhook: {
      failing:
        'Look at its log, correct the receiver, and switch the webhook on again. Or delete it.',
      gone: 'Enter its new address and switch it on again, or delete it.',
    },
    feed: {
      failing:
        'Open the address in a browser. If it has moved, change it on the page Feeds. Otherwise ask the owner of that site.',
      gone: 'Remove the feed, or give it its new address.',
    },
    complaints:
      'Check that its readers asked for it, and how they were imported. Receivers block senders with many complaints.',
    requests:
      'Open the readers: at the top of the page, one press unsubscribes each of them, or leaves them as they are.',
    disk: {
      full: 'Free some space. Sending goes on automatically.',
      low: 'Free some space, or give the database a larger disk, before sending stops.',
    },
    queue: 'Start Redis again, or check REDIS_URL. Nothing is lost.',
    workers: 'Start one (gaceta start, or gaceta worker). Nothing is lost.',
    relay: 'Set SMTP_URL and MAIL_FROM to the mail server of the newsroom, and restart Gaceta.',
  },
};
