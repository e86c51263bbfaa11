/** Qué detiene una edición o un servidor de correo, y qué puedes hacer. */
export default {
  told: '{{text}}',
  relay: '{{relay}}: {{words}}',
  relayThen: '{{relay}}: {{words}} –',
  otherRelays: 'Mientras tanto, los demás servidores de correo siguen enviando.',
  allRefused: 'Han rechazado el correo de todos los lectores.',
  restored:
    'Datos del {{since}}: quien recibió la edición después de ese momento la recibiría dos veces.',
  broughtBefore_one:
    '{{count}} artículo ya iba en el n.º {{number}} del {{date}}: «{{title}}». Los lectores que lo tienen no lo reciben otra vez.',
  broughtBefore_many:
    '{{count, number}} de artículos ya iban en el n.º {{number}} del {{date}}, el primero «{{title}}». Los lectores que los tienen no los reciben otra vez.',
  broughtBefore_other:
    '{{count, number}} artículos ya iban en el n.º {{number}} del {{date}}, el primero «{{title}}». Los lectores que los tienen no los reciben otra vez.',
  withdrawn_one: '{{count}} artículo ya no está en el feed y quizá se ha retirado: «{{title}}».',
  withdrawn_many:
    '{{count, number}} de artículos ya no están en los feeds y quizá se han retirado, el primero «{{title}}».',
  withdrawn_other:
    '{{count, number}} artículos ya no están en los feeds y quizá se han retirado, el primero «{{title}}».',
  rendering:
    'No se puede preparar la edición: {{why}}. No se pierde nada, y se vuelve a intentar cada 30 s. Corrige la plantilla (DATA_DIR/templates) o la edición, o cancélala.',
  renderingLogged:
    'No se puede preparar la edición: mira el error en el registro del proceso de envío. No se pierde nada, y se vuelve a intentar cada 30 s. Corrige la plantilla (DATA_DIR/templates) o la edición, o cancélala.',
  silent:
    '{{relay}}: lleva un rato sin responder – Cada respuesta se espera tanto como permite el estándar (hasta 10 minutos). Comprueba el servidor de correo: gaceta doctor se conecta a él.',
  stall: {
    disk: 'El disco de la base de datos está lleno: no se puede anotar nada, así que no se envía nada. Libera espacio y seguirá por sí sola.',
    workers:
      'No hay ningún proceso de envío en marcha, así que no se envía nada. Arranca uno (gaceta start o gaceta worker) y seguirá por sí sola.',
    queue:
      'La cola no responde, así que ningún proceso sabe qué enviar. Vuelve a arrancar Redis (o revisa REDIS_URL) y seguirá por sí sola.',
    worker:
      'Un proceso de envío retiene a lectores de esta edición y no avanza. Mira el registro del proceso; si no dice nada, reinícialo: otros seguirán con ellos.',
    planning:
      'Aún no están planificados todos los lectores y nadie sigue haciéndolo. Mira los registros de los procesos de envío.',
    tickets:
      'Ningún proceso recoge lo pendiente, aunque hay uno en marcha y la cola responde. Mira los registros de los procesos de envío.',
  },
  advice: {
    fewer:
      'El servidor de correo pide menos correos y recibe menos; la edición avanza más despacio. Pon en SMTP_URL el ?rate= que permite el proveedor.',
    offersNoLogIn:
      'El servidor de correo no admite iniciar sesión en ese puerto. Usa el 587 o el 465, o quita usuario y contraseña de SMTP_URL.',
    wrongPassword:
      'Usuario o contraseña incorrectos, o el proveedor exige una contraseña de aplicación. En SMTP_URL los caracteres especiales van codificados (@ como %40, / como %2F, # como %23).',
    cannotCheckPassword:
      'El servidor de correo no puede comprobar la contraseña ahora mismo. Inténtalo más tarde; si sigue igual, pregunta a quien lo gestiona.',
    signInRefused:
      'El servidor de correo ha rechazado el inicio de sesión. Revisa usuario y contraseña en SMTP_URL, y si la cuenta puede enviar por SMTP.',
    plainPassword:
      'Usuario y contraseña solo se envían cifrados, y el servidor de correo no ofrece cifrado en el puerto {{port}} (no hay STARTTLS). Usa un puerto que lo ofrezca (smtps:// con el 465, o el 587), o ?tls=off en SMTP_URL si la red hasta él es segura.',
    noEncryption:
      'El servidor de correo no ofrece cifrado en el puerto {{port}} (no hay STARTTLS). Usa un puerto que lo ofrezca (smtps:// con el 465, o el 587), o quita tls=required de SMTP_URL si la red hasta él es segura.',
    refusesEncryption:
      'El servidor de correo ofrece STARTTLS y luego lo rechaza. Pregunta a quien lo gestiona o usa otro puerto (smtps:// con el 465).',
    noConnectionNow:
      'El servidor de correo no acepta conexiones desde aquí por ahora. Espera, usa menos conexiones (?connections= en SMTP_URL) o pregunta a quien lo gestiona. Gaceta se ha presentado como {{helo}} (EHLO): si es eso lo que no acepta, define SMTP_HELO, o ?helo= en SMTP_URL.',
    doesNotServe:
      'El servidor de correo no atiende a este equipo. Pide a quien lo gestiona que admita la dirección de este equipo, o usa el de tu proveedor con usuario y contraseña. Gaceta se ha presentado como {{helo}} (EHLO): si es eso lo que no acepta, define SMTP_HELO, o ?helo= en SMTP_URL.',
    noMailServer:
      '{{host}}:{{port}} no es un servidor de correo. Suelen usar los puertos 587 o 25 (smtp://) y 465 (smtps://); revisa el puerto en SMTP_URL.',
    noGreeting:
      '{{host}}:{{port}} aceptó la conexión pero no saludó. Si es el puerto 465, escribe smtps:// en SMTP_URL; si no, quizá no sea un servidor de correo.',
    stopped:
      '{{host}}:{{port}} saludó y luego dejó de responder: el servidor de correo está sobrecargado o averiado. Inténtalo más tarde; si sigue igual, pregunta a quien lo gestiona.',
    unresolved:
      'El nombre {{host}} no existe en el DNS. Revisa en SMTP_URL si tiene una errata, y el DNS de este equipo.',
    nothingListens:
      'No hay nada escuchando en el puerto {{port}} de {{host}}. Los servidores de correo usan el 587 o el 25 (smtp://) y el 465 (smtps://); revisa el puerto en SMTP_URL.',
    noAnswer:
      '{{host}} no responde en el puerto {{port}}. Muchos proveedores bloquean el puerto 25 de salida: prueba el 587 o el 465 y revisa el cortafuegos.',
    certificateExpired:
      'El certificado del servidor de correo ha caducado. Pide a quien lo gestiona que lo renueve.',
    certificateName:
      'El certificado del servidor de correo no es de {{host}}. Pon en SMTP_URL el nombre para el que se emitió.',
    certificateUntrusted:
      'El certificado del servidor de correo no lo firma ninguna autoridad en la que confíe este equipo. Ponle un certificado público, o arranca Gaceta con NODE_EXTRA_CA_CERTS y el archivo de tu autoridad.',
    noTlsThere:
      'El puerto {{port}} no habla TLS desde el primer byte. Escribe smtp:// en lugar de smtps:// en SMTP_URL.',
    tlsDisagrees:
      'El puerto {{port}} y el servidor de correo no se entienden con TLS. Prueba smtps:// con el puerto 465 en SMTP_URL.',
    other:
      'Revisa el nombre y el puerto en SMTP_URL, y si {{host}}:{{port}} es un servidor de correo que atiende a este equipo.',
    objects:
      'El servidor de correo rechaza el correo o el remitente, no a los lectores. Mira la vista previa y pregunta a quien lo gestiona.',
    refused:
      'Han rechazado a demasiados lectores. Antes de reanudar, comprueba de dónde viene la lista: se intenta enviar una vez más a los rechazados, y antes de eso no se bloquea a nadie.',
    sender:
      'El servidor de correo no acepta nada de este remitente. Revisa MAIL_FROM y la dirección del boletín, y si el proveedor quiere que confirmes antes el remitente o el dominio.',
    quota:
      'La cuenta ha llegado al límite de envío. Espera a que termine o pide uno mayor, y luego reanuda; con ?rate= o ?warmup= en SMTP_URL no lo superas.',
    relaying:
      'El servidor de correo no reenvía lo de este equipo. Pide a quien lo gestiona que admita la dirección de este equipo, o pon usuario y contraseña en SMTP_URL.',
    authentication:
      'El servidor de correo exige iniciar sesión. Pon usuario y contraseña en SMTP_URL y comprueba que la cuenta puede enviar.',
    blocked:
      'El servidor de correo bloquea este equipo, el nombre con el que se presenta o la red en la que está. Busca la dirección en la lista de bloqueo que menciona y pide a quien lo gestiona que la admita.',
    size: 'Acorta la edición, o pide a quien gestiona el servidor de correo que acepte correos más grandes.',
    protocol:
      'El servidor de correo rechaza el diálogo SMTP, a menudo por el nombre en EHLO. Define SMTP_HELO, o ?helo= en SMTP_URL, con un nombre que el DNS dirija a este equipo.',
    route: 'El servidor de correo no está configurado para esto. Pregunta a quien lo gestiona.',
  },
};
