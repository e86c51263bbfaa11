/** Getting in: before somebody is signed in. */
export default {
  signIn: {
    title: 'Sign in',
    lead: 'For the newsroom’s staff.',
    email: 'Email address',
    password: 'Password',
    button: 'Sign in',
    wrong: 'Wrong email address or password.',
    wait: 'Too many attempts. Wait {{minutes}} min, then try again.',
    expired: 'Sign in to continue.',
    kept: 'You were signed out. What you wrote is kept: sign in to go on.',
    forgot: 'Forgot your password?',
    or: 'or',
    passkey: 'Sign in with a passkey',
    oidc: 'Sign in with {{provider}}',
    prove:
      'Many wrong passwords have been tried for this account. Enter your password again; your browser now runs a quick security check first.',
    proveScripts: 'The check needs JavaScript. Turn it on, or try again in 15 minutes.',
  },
  setup: {
    title: {
      first: 'Welcome to Gaceta',
      invitation: 'Welcome to Gaceta',
      password: 'Choose a new password',
    },
    leadFirst:
      'You are creating the first account. Choose the email address and password you will sign in with.',
    lead: 'Choose the password you will sign in with as {{email}}.',
    name: 'Your name',
    email: 'Email address',
    password: 'Password',
    hint: 'At least {{characters}} characters. A sentence is easier to remember than a word.',
    button: 'Save and sign in',
  },
  gone: {
    title: {
      used: 'This link has already been used',
      expired: 'This link has expired',
      replaced: 'There is a newer link',
      disabled: 'This account is disabled',
      unknown: 'This link does not work',
    },
    used: 'Each link works once. If you have chosen your password, sign in with it.',
    expired: {
      first: 'It is more than an hour old. A new one is printed each time Gaceta starts.',
      invitation:
        'Invitations are good for 72 hours. Ask the person who invited you for a new one.',
      password: 'Links for a new password are good for one hour. Ask for another one.',
      unknown: '',
    },
    replaced: 'A newer link was made for this account, and only the newest works.',
    disabled: 'Nobody can sign in with it. Ask an administrator of your newsroom.',
    unknown:
      'Part of its address may be missing. Copy the whole address from the email, or ask for a new link.',
    toSignIn: 'Go to the sign-in page',
    toForgot: 'Get a new link by email',
  },
  passwords: {
    email: 'Enter an email address, such as ana@example.org.',
    name: 'A name can have at most 100 characters, on one line.',
    short: 'A password needs at least {{characters}} characters.',
    long: 'A password can have at most 1,000 characters.',
    weak: 'This password is easy to guess. Choose a longer one, such as four words that have nothing to do with each other.',
    exists: 'There is already an account with this address.',
  },
  forgot: {
    title: 'Forgot your password?',
    lead: 'Enter the address you sign in with. We will email you a link to choose a new password.',
    button: 'Email me a link',
    sent: 'Check your inbox',
    sentText:
      'If there is an account with this address, we have sent a link to it. It works once, for an hour.',
    sentLate:
      'If no email arrives in a few minutes, check your spam folder, or ask an administrator of your newsroom for a link.',
    back: 'Back to the sign-in page',
  },
  code: {
    title: 'Confirm it is you',
    lead: 'Enter the code that your authenticator app shows now, or one of your recovery codes.',
    leadRecovery: 'Use your passkey, or enter one of your recovery codes.',
    code: 'Code',
    recoveryCode: 'Recovery code',
    button: 'Continue',
    wrong:
      'This code is not right. Enter the one your app shows now. Each code, recovery codes too, works only once.',
    lost: 'Lost your app and your codes? An administrator of your newsroom can reset your two-factor sign-in.',
    recoveryUsed:
      'You used a recovery code: {{left}} left. You can make new ones on your account page.',
  },
  oidc: {
    away: 'The sign-in service of your newsroom does not answer. Try again in a few minutes, or use your password.',
    again: 'This sign-in took too long, or was finished before. Start again.',
    invalid: 'The answer of the sign-in service could not be trusted. Start again.',
    refused: {
      noAddress: 'The sign-in service did not say your email address. Ask an administrator.',
      unverified:
        'The sign-in service has not verified your email address. Verify it there, then try again.',
      notInvited: 'There is no account for you here. Ask an administrator to invite you.',
      noRole: 'The sign-in service gives you no role here. Ask an administrator.',
      disabled: 'This account is disabled. Ask an administrator.',
      otherIdentity:
        'The account with this address belongs to someone else at the sign-in service. Ask an administrator.',
    },
  },
  passkey: {
    refused: 'The passkey did not work. Try again, or sign in with your password.',
    cancelled: 'No passkey was used.',
  },
  kept: {
    title: 'You were signed out while writing',
    text: 'Nothing of what you wrote is lost, and nothing of it has been saved yet. Go on to send it now.',
    goOn: 'Go on',
    discard: 'Discard it',
    discardText: 'What you wrote is deleted for good.',
    discardSure: 'Discard for good',
    discarded: 'Discarded.',
  },
};
