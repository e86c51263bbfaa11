export default {
  subject: 'Test of the mail server {{relay}}',
  text: 'This is a test. {{newsroom}} sent it through the mail server {{relay}} on {{time}}, because someone asked for it in the console.',
  arrived:
    'It has arrived, so the mail server works. Look also at the folder it arrived in: if that is the spam folder, check the DNS records on the page “Delivery”.',
};
