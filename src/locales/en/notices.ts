/** What holds an edition or a relay up, and what to do: told in the console, by the API and the command line. */
export default {
  told: '{{text}}',
  // A relay's own words, before what to do about them.
  relay: '{{relay}}: {{words}}',
  relayThen: '{{relay}}: {{words}} –',
  otherRelays: 'Until then the other mail servers send its emails.',
  allRefused: 'Every reader was refused.',
  restored: 'As of {{since}}: readers who got it after that would get it twice.',
  broughtBefore_one:
    '{{count}} article was already in no. {{number}} of {{date}}: “{{title}}”. Readers who have it do not receive it again.',
  broughtBefore_other:
    '{{count, number}} articles were already in no. {{number}} of {{date}}, the first of them “{{title}}”. Readers who have them do not receive them again.',
  withdrawn_one:
    '{{count}} article is no longer in its feed and may have been withdrawn: “{{title}}”.',
  withdrawn_other:
    '{{count, number}} articles are no longer in their feeds and may have been withdrawn, the first of them “{{title}}”.',
  rendering:
    'The edition cannot be rendered: {{why}}. Nothing is lost, and it is tried again every 30 s. Correct the template (DATA_DIR/templates) or the edition, or cancel it.',
  renderingLogged:
    'The edition cannot be rendered: see the error in the worker’s log. Nothing is lost, and it is tried again every 30 s. Correct the template (DATA_DIR/templates) or the edition, or cancel it.',
  silent:
    '{{relay}}: has not answered for some time – Each answer is waited for as long as the standard allows (up to 10 minutes). Check the mail server: gaceta doctor connects to it.',
  stall: {
    disk: 'The disk of the database is full, so nothing can be saved and nothing is sent. Free some space: sending then goes on.',
    workers:
      'No worker is running, so nothing is sent. Start one (gaceta start, or gaceta worker): sending then goes on.',
    queue:
      'The queue does not answer, so no worker is told what to send. Start Redis again (or see REDIS_URL): sending then goes on.',
    worker:
      'A worker holds readers of this edition and does not move. See its log; if it says nothing, restart it: others go on with them.',
    planning:
      'Its readers are not all planned yet, and nobody goes on planning. See the workers’ logs.',
    tickets:
      'What is due is taken by no worker, though one is running and the queue answers. See the workers’ logs.',
  },
  advice: {
    fewer:
      'The mail server asks for fewer emails and gets fewer; the edition goes on more slowly. Set ?rate= in SMTP_URL to what its provider allows.',
    offersNoLogIn:
      'The mail server does not accept sign-in on this port. Use port 587 or 465, or leave user and password out of SMTP_URL.',
    wrongPassword:
      'Wrong user or password, or the provider requires an app password. In SMTP_URL special characters are percent-encoded (@ as %40, / as %2F, # as %23).',
    cannotCheckPassword:
      'The mail server cannot check the password right now. Try again later; if it continues, ask its operator.',
    signInRefused:
      'The mail server refused the sign-in. Check user and password in SMTP_URL, and whether the account may send email by SMTP.',
    plainPassword:
      'User and password are sent only encrypted, and the mail server offers no encryption on port {{port}} (no STARTTLS). Use a port where it does (smtps:// with 465, or 587), or ?tls=off in SMTP_URL if the network to it is safe.',
    noEncryption:
      'The mail server does not offer encryption on port {{port}} (no STARTTLS). Use a port where it does (smtps:// with 465, or 587), or leave tls=required out of SMTP_URL if the network to it is safe.',
    refusesEncryption:
      'The mail server offers STARTTLS and then refuses it. Ask its operator, or use another port (smtps:// with 465).',
    noConnectionNow:
      'The mail server accepts no connection from here for now. Wait, use fewer connections (?connections= in SMTP_URL), or ask its operator. It was told the name {{helo}} (EHLO): if it objects to that, set SMTP_HELO, or ?helo= in SMTP_URL.',
    doesNotServe:
      'The mail server does not serve this machine. Ask its operator to allow this machine’s address, or use your provider’s mail server with user and password. It was told the name {{helo}} (EHLO): if it objects to that, set SMTP_HELO, or ?helo= in SMTP_URL.',
    noMailServer:
      '{{host}}:{{port}} is not a mail server. Mail servers use 587 or 25 (smtp://) and 465 (smtps://); check the port in SMTP_URL.',
    noGreeting:
      '{{host}}:{{port}} accepted the connection but sent no greeting. If it is port 465, write smtps:// in SMTP_URL; otherwise this may not be a mail server.',
    stopped:
      '{{host}}:{{port}} sent a greeting and then stopped answering: the mail server is overloaded or broken. Try again later; if it continues, ask its operator.',
    unresolved:
      'The name {{host}} does not resolve. Check its spelling in SMTP_URL and this machine’s DNS.',
    nothingListens:
      'Nothing listens on port {{port}} of {{host}}. Mail servers use 587 or 25 (smtp://) and 465 (smtps://); check the port in SMTP_URL.',
    noAnswer:
      '{{host}} does not answer on port {{port}}. Many hosts block outgoing port 25: try 587 or 465, and look at the firewall.',
    certificateExpired: 'The mail server’s certificate has expired. Its operator has to renew it.',
    certificateName:
      'The mail server’s certificate is not for {{host}}. In SMTP_URL, use the name that the certificate is for.',
    certificateUntrusted:
      'The mail server’s certificate is not signed by an authority that this machine trusts. Give the mail server a public certificate, or start Gaceta with NODE_EXTRA_CA_CERTS set to your authority’s file.',
    noTlsThere:
      'Port {{port}} does not speak TLS from the first byte. Write smtp:// instead of smtps:// in SMTP_URL.',
    tlsDisagrees:
      'Port {{port}} and the mail server disagree about TLS. Try smtps:// with port 465 in SMTP_URL.',
    other:
      'Check host and port in SMTP_URL, and whether {{host}}:{{port}} is a mail server that serves this machine.',
    objects:
      'The mail server objects to the email or its sender, not to the readers. Check the preview, and ask the operator of the mail server.',
    refused:
      'Too many readers were refused. Check where the list comes from before you resume: the refused readers are then tried once more, and no address is blocked before that.',
    sender:
      'The mail server accepts no email from this sender. Check MAIL_FROM and the address of the newsletter, and whether the provider wants the sender or its domain confirmed first.',
    quota:
      'The account has reached its sending limit at the mail server. Wait until the limit is lifted, or ask for a higher one, then resume; ?rate= or ?warmup= in SMTP_URL keeps you below it.',
    relaying:
      'The mail server does not pass email on for this machine. Ask its operator to allow this machine’s address, or give user and password in SMTP_URL.',
    authentication:
      'The mail server requires a log-in. Give user and password in SMTP_URL, and check that the account is allowed to send.',
    blocked:
      'The mail server blocks this machine, its name or its network. Look its address up in the block list that is named, and ask the operator of the mail server to allow it.',
    size: 'Shorten the edition, or ask the operator of the mail server to accept larger emails.',
    protocol:
      'The mail server rejects the SMTP dialogue, often because of the name in EHLO. Set SMTP_HELO, or ?helo= in SMTP_URL, to a host name that resolves to this machine.',
    route: 'The mail server itself is not configured for this. Ask its operator.',
  },
};
