import { stateFieldOf } from './state-titles.ts';
import { type Field, fields } from './understood.ts';

/** A title as it is compared: `Consent source`, `consentSource` and `CONSENT_SOURCE` are one, and `Correo electrónico` is `correo_electronico`. */
export const titleKey = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/["“”«»:*?¿!()[\]]/g, ' ')
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s\-_./]+/g, '_');

/** How people call a column, in English and Spanish; the names of the fields themselves go without saying. */
const CALLED: Partial<Record<Field, string>> = {
  email:
    'e_mail email_address e_mail_address mail mail_address subscriber_email user_email contact_email email_id emailaddress correo correo_electronico correo_e direccion_de_correo direccion_de_correo_electronico direccion_email direccion_correo dirección',
  name: 'full_name fullname display_name subscriber_name contact_name nombre_completo nombre_y_apellidos nombre_y_apellido',
  first_name:
    'firstname fname given_name forename first merge_first_name nombre nombres nombre_de_pila primer_nombre',
  last_name: 'lastname lname surname family_name last merge_last_name apellido apellidos',
  language: 'lang locale language_code idioma lengua',
  timezone: 'time_zone tz zona_horaria huso_horario',
  newsletter: 'list list_name newsletter_slug boletin lista',
  state: 'status subscription_status subscriber_status member_status estado estatus situacion',
  frequency: 'frecuencia',
  hour: 'delivery_time hora hora_de_envio',
  sections: 'section secciones seccion',
  tags: 'tag labels label groups group interests etiquetas etiqueta grupos grupo intereses',
  requested_at: 'optin_time opt_in_time opted_in_at fecha_de_solicitud',
  requested_ip: 'optin_ip opt_in_ip ip ip_address signup_ip direccion_ip',
  confirmed_at:
    'confirm_time confirmation_time confirmation_date optin_confirmed_at fecha_de_confirmacion',
  confirmed_ip: 'confirm_ip confirmation_ip',
  consent_source: 'consent origen_del_consentimiento consentimiento',
  consent_at:
    'consent_date consent_time subscribed_at subscribed_on subscription_date subscribe_date signup_date sign_up_date date_subscribed fecha_de_consentimiento fecha_consentimiento fecha_de_suscripcion fecha_de_alta fecha_alta alta',
  unsubscribed_at:
    'unsub_time unsubscribe_date unsubscription_date unsubscribed_on unsubscribe_time optout_time opt_out_time date_unsubscribed fecha_de_baja fecha_baja',
  bounced: 'clean_time cleaned_at bounced_at rebotado',
  complained: 'complaint complained_at abuse spam queja',
};

const KNOWN = new Map<string, Field>(fields.map((field) => [field, field]));
for (const [field, names] of Object.entries(CALLED))
  for (const name of names.split(' ')) KNOWN.set(titleKey(name), field as Field);

/** The field that a title is called after, in any house and language; null for one that is not known. */
export function fieldOf(title: string): Field | null {
  const key = titleKey(title);
  return KNOWN.get(key) ?? stateFieldOf(key);
}

/** Whether a cell of the first line is an address: such a file has no titles. */
export const isAddress = (cell: string): boolean =>
  /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(cell.trim());
