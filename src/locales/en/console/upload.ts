export default {
  progress: 'How much of the file has been sent',
  sent: '{{percent}}% of {{size}} sent. Keep this page open until then.',
  arrived: 'The file has arrived and is being read.',
  stop: 'Stop sending',
  stopped: 'You stopped it. Nothing was stored.',
  broken:
    'The connection broke off before the whole file was here. Nothing was stored. Try again; if it happens again, a proxy in front of Gaceta may limit the size of files.',
  refused:
    'The file was not taken (answer {{status}}). A proxy in front of Gaceta may limit the size of files. Nothing was stored.',
};
