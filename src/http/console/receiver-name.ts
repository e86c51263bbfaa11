import type { Translate } from '../../locales/index.ts';

const names: Record<string, string> = {
  google: 'Gmail',
  microsoft: 'Outlook, Hotmail',
  yahoo: 'Yahoo, AOL',
  apple: 'iCloud',
  gmx: 'GMX, WEB.DE',
  telekom: 'T-Online',
  orange: 'Orange',
  laposte: 'La Poste',
  free: 'Free',
  sfr: 'SFR',
  libero: 'Libero',
  telefonica: 'Movistar, Terra',
  comcast: 'Comcast',
  att: 'AT&T',
  charter: 'Spectrum',
  cox: 'Cox',
  proton: 'Proton',
  yandex: 'Yandex',
  mailru: 'Mail.ru',
  qq: 'QQ',
  netease: 'NetEase',
  naver: 'Naver',
  uol: 'UOL, BOL',
  proofpoint: 'Proofpoint',
  mimecast: 'Mimecast',
  barracuda: 'Barracuda',
  cisco: 'Cisco',
  symantec: 'Symantec',
  trendmicro: 'Trend Micro',
  zoho: 'Zoho',
  fastmail: 'Fastmail',
  ovh: 'OVHcloud',
  ionos: 'IONOS',
};

/** A receiver group as people call it; `t` is of the console. */
export const receiverName = (group: string, t: Translate): string =>
  names[group] ?? (group === 'rest' ? t('live.rest') : group);
