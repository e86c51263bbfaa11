/**
 * Whose limits mail to a domain counts against, by the host that takes its mail: the suffix of its first MX. Each from
 * what the provider tells its customers to publish.
 */
const BY_MX: readonly [suffix: string, group: string][] = [
  // Google Workspace: support.google.com/a/answer/174125
  ['google.com', 'google'],
  ['googlemail.com', 'google'],
  // Exchange Online and Outlook.com: learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records
  ['protection.outlook.com', 'microsoft'],
  ['mx.microsoft', 'microsoft'],
  // Yahoo, AOL and those that they host: the MX of yahoo.com, aol.com
  ['yahoodns.net', 'yahoo'],
  // iCloud with a domain of one's own: support.apple.com/102374
  ['mail.icloud.com', 'apple'],
  // Proton: proton.me/support/custom-domain
  ['protonmail.ch', 'proton'],
  // United Internet: the MX of gmx.net, web.de and mail.com
  ['gmx.net', 'gmx'],
  ['web.de', 'gmx'],
  ['mail.com', 'gmx'],
  // Yandex 360, Mail.ru: yandex.com/support/domain, biz.mail.ru
  ['yandex.net', 'yandex'],
  ['yandex.ru', 'yandex'],
  ['mail.ru', 'mailru'],
  // Tencent Exmail: service.exmail.qq.com
  ['qq.com', 'qq'],
  // Filters before a mail server, which count for themselves.
  // help.proofpoint.com, also for Proofpoint Essentials
  ['pphosted.com', 'proofpoint'],
  ['ppe-hosted.com', 'proofpoint'],
  // community.mimecast.com: "Configuring inbound mail routing", by region
  ['mimecast.com', 'mimecast'],
  ['mimecast.co.za', 'mimecast'],
  // campus.barracuda.com: "Email Gateway Defense: MX records"
  ['barracudanetworks.com', 'barracuda'],
  // Cisco Secure Email Cloud
  ['iphmx.com', 'cisco'],
  // Symantec Email Security.cloud
  ['messagelabs.com', 'symantec'],
  // Trend Micro Email Security
  ['tmes.trendmicro.com', 'trendmicro'],
  ['tmes.trendmicro.eu', 'trendmicro'],
  // Mailboxes for domains of one's own, by who hosts them.
  // zoho.com/mail/help/adminconsole/configure-email-delivery.html
  ['zoho.com', 'zoho'],
  ['zoho.eu', 'zoho'],
  // fastmail.help: "Manual DNS configuration"
  ['messagingengine.com', 'fastmail'],
  // help.ovhcloud.com: "MX records"
  ['ovh.net', 'ovh'],
  // IONOS: ionos.com/help, "MX records"
  ['kundenserver.de', 'ionos'],
  ['ionos.com', 'ionos'],
  ['ionos.de', 'ionos'],
  ['ionos.es', 'ionos'],
  ['ionos.fr', 'ionos'],
  ['ionos.co.uk', 'ionos'],
];

/** The groups that only an MX tells. */
export const mxGroups: readonly string[] = [...new Set(BY_MX.map(([, group]) => group))];

/** The receiver group of a domain whose first MX is this host, in ASCII. */
export function groupOfMx(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  return BY_MX.find(([suffix]) => name === suffix || name.endsWith(`.${suffix}`))?.[1] ?? 'rest';
}
