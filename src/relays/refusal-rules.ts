/**
 * Why a relay refuses.
 *
 * - `mailbox`: there is no such mailbox, or it is closed. With `suppressed` the only cause for which anybody is suppressed.
 * - `suppressed`: the provider had stopped writing to this reader before: their list says so, not the mailbox.
 * - `recipient`: this one reader's matter, and the mailbox is there: full, a limit or a block of its own.
 * - `policy`: what is sent is not liked.
 * - about us, for every reader alike: `sender` (our address or domain), `quota` (what our account may send), `relaying`,
 *   `authentication`, `blocked` (our machine, its name or its network), `size`, `protocol` (how we speak), `route` (the
 *   relay's own configuration).
 */
export type Cause =
  | 'mailbox'
  | 'suppressed'
  | 'recipient'
  | 'policy'
  | 'sender'
  | 'quota'
  | 'relaying'
  | 'authentication'
  | 'blocked'
  | 'size'
  | 'protocol'
  | 'route';

/** A code that says why; the first rule that fits counts. `x` in an enhanced code stands for any number. */
export interface CodeRule {
  codes?: readonly number[];
  enhanced?: string;
  cause: Cause;
  /** Written by some servers before whatever they refuse: words say more. */
  vague?: true;
}

export const CODES: readonly CodeRule[] = [
  // RFC 3463 §3.3: a full mailbox, or one with a limit of its own; it exists.
  { enhanced: '5.2.2', cause: 'recipient' },
  { enhanced: '5.2.3', cause: 'recipient' },
  { enhanced: '5.2.4', cause: 'recipient' },
  // Exchange Online: so many an hour for one recipient.
  { enhanced: '5.2.121', cause: 'recipient' },
  { enhanced: '5.2.122', cause: 'recipient' },
  // RFC 3463 §3.2, RFC 7505: the sender's address, or its domain.
  { enhanced: '5.1.7', cause: 'sender' },
  { enhanced: '5.1.8', cause: 'sender' },
  { enhanced: '5.7.27', cause: 'sender' },
  // Exchange: SendAsDenied.
  { enhanced: '5.2.252', cause: 'sender' },
  { enhanced: '5.7.60', cause: 'sender' },
  // RFC 3463 §3.6: what is sent.
  { enhanced: '5.6.x', cause: 'policy' },
  // RFC 5321 §4.2.2, RFC 4954: commands that are out of order, unknown, or refused without a log-in.
  { codes: [530, 534, 535, 538], cause: 'authentication' },
  { codes: [500, 502, 503, 504, 555], cause: 'protocol' },
  // RFC 7504: a host that takes no mail at all.
  { codes: [521], cause: 'route' },
  // RFC 4954: authentication needed, too weak, or not encrypted.
  { enhanced: '5.7.8', cause: 'authentication' },
  { enhanced: '5.7.11', cause: 'authentication' },
  // Gmail: log in by the browser first.
  { enhanced: '5.7.14', cause: 'authentication' },
  // RFC 7372, and Gmail's of 2024: SPF, DKIM and DMARC of our domain; the name of our address.
  { enhanced: '5.7.20', cause: 'sender' },
  { enhanced: '5.7.21', cause: 'sender' },
  { enhanced: '5.7.22', cause: 'sender' },
  { enhanced: '5.7.23', cause: 'sender' },
  { enhanced: '5.7.24', cause: 'sender' },
  { enhanced: '5.7.25', cause: 'blocked' },
  { enhanced: '5.7.26', cause: 'sender' },
  // Exchange Online: our tenant, our address or our network sends too much or too badly.
  { enhanced: '5.7.5xx', cause: 'blocked' },
  { enhanced: '5.7.6xx', cause: 'blocked' },
  { enhanced: '5.7.7xx', cause: 'quota' },
  { enhanced: '5.7.232', cause: 'quota' },
  { enhanced: '5.7.233', cause: 'quota' },
  // RFC 3463 §3.2, RFC 7505 (a domain that takes no mail).
  { enhanced: '5.1.1', cause: 'mailbox' },
  { enhanced: '5.1.2', cause: 'mailbox' },
  { enhanced: '5.1.3', cause: 'mailbox' },
  { enhanced: '5.1.6', cause: 'mailbox' },
  { enhanced: '5.1.10', cause: 'mailbox' },
  { enhanced: '5.2.1', cause: 'mailbox' },
  // RFC 3463 §3.4: the relay's own system: too large, full, not capable.
  { enhanced: '5.3.4', cause: 'size' },
  { enhanced: '5.3.0', cause: 'route', vague: true },
  { enhanced: '5.3.x', cause: 'route' },
  // Gmail: the daily limit of the account. RFC 3463: congestion.
  { enhanced: '5.4.5', cause: 'quota' },
  // A loop between mail servers; Zoho: unusual sending.
  { enhanced: '5.4.6', cause: 'route' },
  // RFC 3463 §3.6, RFC 5248: how we speak.
  { enhanced: '5.5.0', cause: 'protocol', vague: true },
  { enhanced: '5.5.x', cause: 'protocol' },
  // RFC 3463 §3.8: what is sent, or that it is sent at all.
  { enhanced: '5.7.x', cause: 'policy', vague: true },
  // RFC 7504: the recipient's domain takes no mail.
  { codes: [556], cause: 'mailbox' },
  // RFC 5321: exceeded storage allocation. Whose, only words can say.
  { codes: [552], cause: 'recipient', vague: true },
];

/** What words tell beside a cause: `full` may be a mailbox or an account, `unavailable` is what RFC 5321 has for any 550. */
export type Said = Cause | 'full' | 'unavailable' | 'temporary';

/** Words that say why, as they stand after `foldWords`: without accents, addresses and links. */
export interface WordRule {
  says: Said;
  words: RegExp;
}

/** So far may two words be apart that belong to one another: within one sentence. */
const GAP = '[^.;]{0,50}?';
const rule = (says: Said, ...sources: string[]): WordRule => ({
  says,
  words: new RegExp(sources.map((source) => source.replaceAll(' … ', GAP)).join('|'), 'iu'),
});

const MAILBOX_EN =
  '(?:user|recipient|mailbox|mail box|address|addressee|alias|customer|person|local part|rcpt|destination|e-?mail account|inbox)s?';
const GONE_EN =
  "(?:unknown|not found|unrout\\w+|non-?exist\\w+|invalid|undeliverable|(?:was|is|are) not (?:known|valid|recogni[sz]ed|listed)|not known|no longer (?:exists?|valid|available|active|in use|here|accepts)|(?:does|do|did) ?n[o']t exist|not exist|doesn'?t exist|could ?n[o']t be found|can ?n?[o']t be found)";
const CLOSED_EN =
  '(?:disabled|inactive|deactivated|closed|terminated|deleted|removed|discontinued|suspended|(?<!envelope |message |time )expired|blocked due to inactivity|not (?:active|accepting))';

export const WORDS: readonly WordRule[] = [
  // SES' own and its account's list; Mailgun's 605 to 607; SparkPost; Postmark's inactive recipients; SendGrid's drops;
  // Mailjet's and Brevo's lists.
  rule(
    'suppressed',
    'has suppressed sending to this address|\\bon (?:the|your|our) (?:\\w+ )?suppression list|recipient address (?:was |is )?suppressed|recipients?\\b … marked as inactive|inactive (?:recipient|address)e?s? … (?:hard bounce|complaint|suppress)',
    'not delivering to (?:a |an )?(?:previously (?:bounced|unsubscribed|complained)|unsubscribed|user who marked)',
    '^(?:bounced|unsubscribed|spam reporting|invalid) address$|contact exclusion list|blacklisted (?:contact|recipient|user)|(?:contact|recipient) is blacklisted',
  ),
  // One reader's own wishes and limits. Gmail 5.2.1: receiving too much. Exchange: not allowed to this recipient.
  rule(
    'recipient',
    "(?:blocked|rejected|refused|denied) by (?:the |this |that |your )?(?:recipient|user|addressee|mailbox)(?!'s (?:server|domain))",
    '(?:recipient|user|addressee|mailbox owner) (?:has |have )?(?:blocked|rejected) (?:you|this|your)',
    "(?:recipient|user|mailbox) … (?:does ?n[o']t|only) accepts? … (?:from|sender)",
    'receiving (?:mail|messages?|e-?mails?) (?:too (?:quickly|fast|often)|at (?:a|too high a) rate)',
    "recipient … receive limit|recipient(?:'s)? preferences",
    '(?:mailbox|mail box|inbox|recipient|mail account) … (?:is |was )?(?:full|over (?:its |the |their |his |her )?(?:quota|limit)|out of (?:space|storage)|(?:exceed\\w*|over|reached) … (?:quota|storage|size|space|limit))',
    'mailbox (?:quota|size|storage)|not enough (?:disk |storage )?space in (?:the )?mailbox',
    '(?:buzon|casilla|bandeja) … (?:llen[oa]|sin espacio|cuota)|cuota de (?:disco|almacenamiento|buzon)',
    'boite … (?:pleine|saturee)|caixa … cheia|casella … piena|(?:postfach|mailbox) … (?:voll|uberfullt)|postbus … vol\\b|skrzynk\\w+ … (?:pelna|przepelnion)|ящик\\S* … переполнен|邮箱\\S{0,4}(?:已满|满)',
  ),
  // Our address or domain. Postfix "Sender address rejected", Exim "Sender verify failed", qmail's badmailfrom, SendGrid's
  // sender identity, SES' verification, Exchange's SendAsDenied, Yandex' "not owned by auth user", SPF and its like.
  rule(
    'sender',
    "\\bsenders?\\b … (?:reject|denied|refus|invalid|unknown|unverified|unauth|not |does ?n[o']t|must|fail|block|black|disabled|disallow|prohibit|forbidden|illegal|mismatch|reputation|limit)",
    '(?:invalid|unknown|bad|illegal|unverified|unauthenticated|unauthori[sz]ed|verify|verifying|unacceptable|forbidden) (?:the |envelope |mail )?sender',
    'badmailfrom|envelope (?:from|sender)|return[- ]?path|null sender|sendasdenied|send (?:as|on behalf)|domain of sender',
    '(?:not|in)\\w* (?:allowed|permitted|authori[sz]ed|verified|able) to send\\b|(?:verify|confirm) your domain|domain … not (?:yet )?(?:verified|confirmed|authori[sz]ed|allowed)|(?:email )?address is not verified|from (?:address|domain|header) … (?:not|match|reject|verif|invalid)|mail from … (?:not|denied|reject|refus)|not owned by (?:auth )?user',
    '\\b(?:spf|dkim|dmarc)\\b|unauthenticated (?:e-?)?mail',
    'remitente|direccion de origen|expediteur|absender|remetente|mittente|afzender|nadawc|отправител|发件人|寄件者|送信者',
  ),
  // The mailbox: sendmail, Postfix, Exim, Exchange, qmail, Gmail, Yahoo, Yandex ("5.7.1 No such user!"), mail.ru, qq, 163,
  // Orange, Comcast.
  rule(
    'mailbox',
    `${MAILBOX_EN}(?: address| account| name)? … ${GONE_EN}`,
    `(?:no such|unknown|invalid|non-?existent|unrecogni[sz]ed|inactive|not a (?:valid|known)|nonexisting) (?:local |e-?mail |final |virtual |relay |destination |domain )?${MAILBOX_EN}`,
    `(?:mailbox|mail box|recipient|e-?mail (?:account|address)|account that you tried to reach|this (?:mailbox|address|recipient)) … ${CLOSED_EN}`,
    `(?:no such|unknown|non-?existent) (?:e-?mail |mail |user )?account|(?<!your )account(?: \\S+)? … (?:not (?:found|known|available)|does ?n[o']t exist|unavailable|no longer exists)`,
    "(?:nobody|no (?:such )?(?:person|one|mailbox|recipient|user)s?) (?:here|at this|by that|with that|with this|found|of that|exists?)|(?:do|does) ?n[o']t have (?:that|this|such) (?:user|mailbox)|does ?n[o']t have an? (?:\\S+ )?(?:account|mailbox)|(?:can(?:no|')t|could ?n[o']t|unable to) find (?:that|this|the|such an?) (?:user|recipient|mailbox)|was ?n[o']t found at|recipient … (?:verif\\w+ failed|can ?n?[o']t be verified)",
    "unknown or illegal alias|no mailbox|user doesn'?t have an? |not our customer|unrout[e]?able address|address … unrout[e]?able|no user record|recipientnotfound|user lookup … no |not registered|not in (?:our|the|my) (?:list of (?:local )?users|(?:\\w+ ){0,2}(?:validrcptto|recipient|user) (?:list|table|map))|not a local (?:user|mailbox)|that you tried to reach … (?:does|is)|no longer (?:works|employed|with us|at this)|mailbox is (?:not|un)(?: )?(?:found|valid)",
    'usuario (?:desconocido|inexistente|invalido|no )|no existe (?:el |ese |este |esta |tal |ningun )?(?:usuario|buzon|cuenta|destinatario|direccion)|(?:buzon|cuenta|destinatario|direccion|casilla)\\w*(?: de \\w+)? (?:desconocid|inexistente|no existe|no encontrad|no valid|invalid)|(?:buzon|casilla)(?: de correo)? (?:desactivad|deshabilitad|cancelad|cerrad|inactiv)',
    "(?:utilisateur|destinataire|adresse|compte|boite)\\w* … (?:inconnu|inexistant|n'existe|invalide|introuvable)",
    '(?:benutzer|empfanger|adresse|postfach|konto|nutzer|teilnehmer)\\w* … (?:unbekannt|existiert nicht|nicht (?:gefunden|bekannt|vorhanden|existent|gultig)|ungultig)|postfach … (?:deaktiviert|geschlossen)|unbekannte\\w* (?:benutzer|empfanger|nutzer|adresse)|kein\\w* (?:solche\\w* )?(?:benutzer|postfach|empfanger)',
    '(?:usuario|utilizador|destinatario|conta|caixa|endereco)\\w* … (?:desconhecid|inexistente|nao existe|nao encontrad|nao foi encontrad|invalid|desativad)',
    '(?:utente|destinatario|casella|indirizzo)\\w* … (?:sconosciut|inesistente|non esiste|non trovat|non valid|disattivat)',
    '(?:gebruiker|ontvanger|adres|postbus)\\w* … (?:onbekend|bestaat niet|ongeldig|niet gevonden)|(?:uzytkownik|odbiorc|adres|skrzynk|konto)\\w* … (?:nieznan|nie istnieje|nie znalezion)|(?:nie ma|brak) (?:takiego|takiej)',
    '(?:пользовател|получател|адрес|ящик)\\S* … (?:не наиден|не существует|неизвест|отсутствует|отключен|удален)|нет такого|неизвестныи пользователь',
    '(?:用户|收件人|邮箱|信箱|账户|帐户|帐号|地址)\\S{0,6}(?:不存在|未找到|无效)|(?:宛先|ユーサー|メールホックス|アトレス)\\S{0,8}(?:存在しません|見つかりません|不明)',
  ),
  // What our account may send: cPanel's "max emails per hour", Gmail, SES, SendGrid's credits, GoDaddy's relays, qq's
  // "frequency limited", 163's RP and MI, Exchange Online's threshold, hosting accounts that were stopped.
  rule(
    'quota',
    '(?:exceed\\w*|reached|over|hit|above|surpass\\w*) … (?:max(?:imum)?\\b … (?:mail|message|defer|recipient|relay|connection|per )|(?:mails?|messages?|e-?mails?|recipients?|relays?|defers?\\b …) … (?:per|an?|each) (?:hour|day|minute|second|month)|threshold|(?:send|daily|hourly|monthly|outgoing|outbound|smtp|relay|rate|plan|account|message|e-?mail|mail|recipient)\\w*(?: \\w+)? (?:limit|quota|rate|allowance))',
    '(?:send|daily|hourly|monthly|outgoing|outbound|relay|rate|plan|message|e-?mail|mail|recipient|submission|per (?:hour|day|minute|second)|thread)\\w*(?: \\w+){0,3} (?:limit|quota|allowance|rate|credits?)(?:s|ed)?\\b … (?:exceed|reach|over|excess|used|hit|full)',
    'too many (?:\\w+ )?(?:messages|mails|e-?mails|recipients|connections|sessions|requests|invalid|errors|bad|unknown)|too (?:fast|frequent)|slow down|throttl\\w+|rate[- ]?limit\\w*|(?:frequency|rate|sending) (?:is |was )?limited|sending (?:rate|limit|quota|paused|suspended|disabled)|limit (?:on|of|for) (?:sending|messages|outgoing|the number)|max(?:imum)? … (?:per|an) (?:hour|day|minute|second)|(?:max(?:imum)?|out of|no(?:t enough)?) credits?|your plan',
    'your (?:\\w+ ){0,2}(?:account|mailbox|plan|subscription) (?:has|is|was|can|may)|(?:outgoing|outbound|sending) … (?:suspend|disabled|blocked|paused)|unusual (?:sending|activity)|\\b(?:rp|mi):(?:cel|qrc|trc|nbc|dmc)\\b',
    '(?:limite|cuota|cupo|maximo)\\w* … (?:envio|enviar|envios|correos|mensajes|por (?:hora|dia)|diari)|demasiad[oa]s (?:mensajes|correos|destinatarios|conexiones)',
    "(?:limite|quota|nombre) … (?:d'envoi|envois|par (?:heure|jour))|trop de (?:messages|mails|destinataires|connexions)|(?:sende|versand)\\w*(?:limit|kontingent)|zu viele (?:nachrichten|e-?mails|mails|empfanger|verbindungen)|(?:limite|cota) … (?:envio|por (?:hora|dia))|limite (?:di|per l')invio|troppi (?:messaggi|destinatari)|превышен\\S* … (?:лимит|количеств|писем)|(?:发送|发信)\\S{0,6}(?:限制|过多|超)|频率",
  ),
  // Postfix "Relay access denied", sendmail "Relaying denied", Exim "relay not permitted", qmail's rcpthosts, Zoho, Mailgun's sandbox.
  rule(
    'relaying',
    "\\brelay\\w*\\b … (?:den(?:y|ied)|not|prohibit|permi|reject|refus|unauth|disallow|block|forbid|disabled|restricted|closed)|(?:not?|un)\\w* … (?:permit\\w*|allow\\w*|able|authori[sz]ed|willing|will|can\\w*) (?:to )?relay|(?:do(?:es)?|will|can|would) ?n[o']t relay|(?:cannot|won't|don't|can't|no) (?:open )?relay|open relay|not an? (?:open )?relay|rcpthosts|not a gateway|sandbox|authori[sz]ed recipients",
    'no autorizado para (?:reenviar|retransmitir)|(?:relay|retransmision|reenvio|reenviar) … (?:deneg|no (?:permiti|autoriz)|prohib|rechaz)|(?:no se permite|denegad[oa]|prohibid[oa]) … (?:relay|reenvi|retransmi)|relais … (?:refus|interdit|non )|relayage|(?:weiterleitung|weiterleiten|relay\\w*) … (?:nicht|verweigert|verboten|abgelehnt)|(?:retransmissao|relay) … (?:negad|nao )|(?:inoltro|relay) … (?:negat|non |vietat)|пересылк\\S* … (?:запрещ|отклон)',
  ),
  // "authentication required" and its kin, also for TLS; SES' IAM; a submission account that is not activated.
  rule(
    'authentication',
    'auth\\w*(?: \\w+)? … (?:requir|needed|necessary|fail|first|mandatory|must|invalid|missing|error|credential)|(?:must|please|need to|have to|should) (?:\\w+ ){0,3}(?:authenticate|log ?in|sign in|use (?:smtp )?auth|issue a starttls|use (?:tls|starttls|ssl))|not (?:authenticated|logged in|authori[sz]ed to perform)|(?:unauthenticated|unauthori[sz]ed) (?:connection|client|user|access|ip)|^unauthori[sz]ed$|smtp auth\\w*|credentials|pop[- ]before[- ]smtp|log ?in (?:is )?(?:required|first)|starttls|(?:encryption|tls) (?:is )?(?:required|needed)|not (?:yet )?activated|activate your',
    'autentic\\w+|identifi(?:quese|cacion)|authentifi\\w+|anmeld\\w+ … (?:erforderlich|notig)|authentisier\\w+|autenticac\\w+|uwierzytelni\\w+|аутентифик\\S+|авториз\\S+|认证|身份验证',
  ),
  // Our machine, its address or name: block lists, reputation, reverse DNS, HELO ("HL" at 163).
  rule(
    'blocked',
    "^blocked\\b|\\b(?:block|black|deny|bad|reject|drop)[- ]?list\\w*|\\bd?ns?[rb]bls?\\b|\\brbls?\\b|spamhaus|spamcop|sorbs\\b|uceprotect|abusix|barracudacentral|senderscore|\\bblocked (?:using|by|for|due|because|from|at|in|on|via|-|see)|(?:ip|client|host|network|server|connection|domain|machine|range|subnet|country|isp)\\b … (?:is |are |was |has been |been )?(?:blocked|banned|blacklisted|not allowed|listed|rejected|denied|refused|not accepted)|(?:banned|blocked|denied|refused|bad) (?:sending )?(?:ip|host|client|network|connection)|reputation|reverse (?:dns|host ?name|lookup|path)|\\br-?dns\\b|\\bptr\\b|(?:cannot|could not|can't|unable to) (?:find|resolve) your|traffic not accepted|spam abuse|(?:envelope|message|mail) blocked|\\bhl:",
    'list\\w* (?:negra|noire|nera|negra)|lista de bloqueo|(?:ip|servidor|dominio|equipo|maquina)\\b … bloquead|\\bbloquead[oa]s? por|(?:ip|serveur|domaine)\\b … bloque|(?:ip|server|rechner|host|domain)\\b … gesperrt|sperrliste|schwarze liste|(?:ip|server|dominio)\\b … bloccat|черн\\S+ спис|заблокирован|黑名单|拒绝连接',
  ),
  rule(
    'size',
    '(?:message|mail|e-?mail|data|content|body|attachment|size) … (?:too (?:large|big|long)|exceed\\w* … (?:size|length)|larger than)|(?:maximum|max|fixed|allowed) (?:message |mail )?(?:size|length)|size limit|message size|mensaje … (?:demasiado (?:grande|largo)|tamano)|tamano (?:maximo|del mensaje)|(?:message|courriel) … (?:trop (?:volumineux|gros|grand|long))|nachricht … zu gro(?:ss|ß)|messaggio … troppo grande|mensagem … (?:muito|demasiado) grande',
  ),
  rule(
    'protocol',
    '\\b(?:helo|ehlo)\\b|polite people|bad sequence|out of (?:order|sequence)|command (?:not|un|rejected|is not)\\w*|(?:unknown|unrecogni[sz]ed|unimplemented|invalid) command|(?:need|send|expected) (?:mail|rcpt|data|hello)\\b|pipelin\\w+|parameters? not|fully[- ]qualified',
  ),
  // What some write for a mailbox that is full and others for an account that has sent enough.
  rule(
    'full',
    '(?:quota|allocation|storage|cuota|cota)\\w* … (?:exceed|full|reach|over|excedid|superad|depasse|atteint|uberschritten|supera)|(?:exceed\\w*|over|out of|insufficient|no) … (?:quota|storage|allocation|disk|space)|disk full|превышен\\S* … квот',
  ),
  rule('unavailable', 'mailbox (?:is )?(?:temporarily )?unavailable|buzon no disponible'),
  // Refused for good, and yet not gone.
  rule('temporary', 'temporar\\w+ (?!unavailable)|try (?:again )?later|in progress'),
  // What is sent. "DT:SPM" is 163's; Exim says the third whenever a rule of its owner refuses.
  rule(
    'policy',
    '\\bspam\\w*|unsolicited|\\bu[bc]e\\b|\\bjunk\\b|phish\\w*|virus\\w*|malware|content\\w* … (?:reject|refus|denied|not accepted|not allowed|disallow)|content (?:filter|polic|scan)|banned (?:content|file|attachment|url|link)|(?:administrative|local|security|company|organi[sz]ation\\w*) (?:prohibition|polic\\w+)|polic(?:y|ies) … (?:reject|violat|reason|refus)|(?:reject|violat|refus)\\w* … polic|\\bdt:|\\bmi:spb',
    'correo no deseado|contenido … (?:rechaz|no permit)|politica|indesirable|contenu … (?:refus|rejet)|unerwunscht|inhalt … (?:abgelehnt|verweigert)|contenuto … rifiut|спам|垃圾',
  ),
];

/** Codes that ask for fewer messages: `anywhere`, or after the dot with 4.7.x. */
export const SLOWER_CODES: readonly { code: number; anywhere?: true }[] = [
  // SES: "Throttling failure". RFC 4954 has it for a log-in that fails for now.
  { code: 454, anywhere: true },
  // Exchange: "sender thread limit exceeded".
  { code: 432, anywhere: true },
  { code: 421 },
  { code: 450 },
  { code: 451 },
];

/** The account's own limits: before the dot a receiver's would be said in the same words, but for these. */
export const SLOWER_AT_RCPT =
  /throttling failure|sending (?:rate|limit|quota)|(?:daily|hourly|monthly) (?:\w+ )?(?:limit|quota)|max e?-?mails per|your account/i;

/**
 * Receivers whose words tell that they speak, where a relay hands on what they say, and the hosts that are theirs: as a
 * relay of our own such a host speaks for itself.
 */
export const RECEIVERS: readonly { words: RegExp; hosts: RegExp }[] = [
  // Gmail ends each of its replies with it
  { words: /\bgsmtp\b/i, hosts: /\b(?:google|gmail|googlemail)\.com$/i },
  // Yahoo, AOL: senders.yahooinc.com/smtp-error-codes
  { words: /\[TSS?\d+\]|\byahoo(?:inc|dns)?\.|\baol\.com/i, hosts: /\b(?:yahoo|aol)\.com$/i },
  // Exchange Online names the server
  {
    words: /\b(?:outlook|hotmail)\.com\b/i,
    hosts: /\b(?:outlook|office365|hotmail|live)\.com$/i,
  },
  // support.apple.com/102322
  { words: /\[[CH][MS]\d+\]|\b(?:icloud|apple)\.com\b/i, hosts: /\b(?:icloud|apple|me)\.com$/i },
  // Orange, La Poste
  { words: /\b(?:OFR|LPN)\d*_\d/, hosts: /\b(?:orange\.fr|wanadoo\.fr|laposte\.net)$/i },
];

/** Postgrey, milter-greylist and others: the receiver wants the message tried once more, that is all. */
export const GREYLISTED = /gr[ea]y-?list/i;

/** 452 without an enhanced code: exim and others after so many recipients. */
export const TOO_MANY = /too many|(?:per|this) (?:connection|session)/i;
