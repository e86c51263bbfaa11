export default {
  from: '{{reader}} via {{newsletter}}',
  noSubject: '(no subject)',
  reader: 'A reader wrote this: {{address}} ({{url}}). Your answer goes to them.',
  stranger:
    'Someone who is not one of your readers wrote this: {{address}}. Your answer goes to them.',
  wantsOut: 'This reader seems to want to unsubscribe. Open their page to do it with one press.',
  dropped: 'Not passed on: {{names}}',
};
