/** Getting in: before somebody is signed in. */
export default {
  signIn: {
    title: 'Iniciar sesión',
    lead: 'Para el equipo de la redacción.',
    email: 'Correo electrónico',
    password: 'Contraseña',
    button: 'Iniciar sesión',
    wrong: 'Correo o contraseña incorrectos.',
    wait: 'Demasiados intentos. Espera {{minutes}} min e inténtalo de nuevo.',
    expired: 'Inicia sesión para continuar.',
    kept: 'Tu sesión ha caducado. Lo que has escrito se conserva: inicia sesión para seguir.',
    forgot: '¿Has olvidado la contraseña?',
    or: 'o',
    passkey: 'Entrar con una llave de acceso',
    oidc: 'Entrar con {{provider}}',
    prove:
      'Se han probado muchas contraseñas incorrectas en esta cuenta. Escribe la tuya otra vez; tu navegador hará antes una comprobación rápida.',
    proveScripts:
      'La comprobación necesita JavaScript. Actívalo o inténtalo de nuevo dentro de 15 minutos.',
  },
  setup: {
    title: {
      first: 'Te damos la bienvenida a Gaceta',
      invitation: 'Te damos la bienvenida a Gaceta',
      password: 'Elige una contraseña nueva',
    },
    leadFirst:
      'Vas a crear la primera cuenta. Elige el correo y la contraseña con los que iniciarás sesión.',
    lead: 'Elige la contraseña con la que iniciarás sesión como {{email}}.',
    name: 'Tu nombre',
    email: 'Correo electrónico',
    password: 'Contraseña',
    hint: 'Al menos {{characters}} caracteres. Una frase se recuerda mejor que una palabra.',
    button: 'Guardar e iniciar sesión',
  },
  gone: {
    title: {
      used: 'Este enlace ya se ha usado',
      expired: 'Este enlace ha caducado',
      replaced: 'Hay un enlace más reciente',
      disabled: 'Esta cuenta está desactivada',
      unknown: 'Este enlace no funciona',
    },
    used: 'Cada enlace funciona una sola vez. Si ya elegiste la contraseña, inicia sesión con ella.',
    expired: {
      first: 'Tiene más de una hora. Cada vez que Gaceta arranca se muestra uno nuevo.',
      invitation: 'Las invitaciones valen 72 horas. Pide otra a quien te invitó.',
      password: 'Los enlaces para elegir otra contraseña valen una hora. Pide otro.',
      unknown: '',
    },
    replaced: 'Se ha creado un enlace más reciente para esta cuenta, y solo funciona el último.',
    disabled:
      'Nadie puede iniciar sesión con ella. Consulta con la administración de tu redacción.',
    unknown:
      'Puede que falte una parte de la dirección. Copia la dirección completa del correo o pide otro enlace.',
    toSignIn: 'Ir a la página de inicio de sesión',
    toForgot: 'Recibir otro enlace por correo',
  },
  passwords: {
    email: 'Escribe una dirección de correo, por ejemplo ana@example.org.',
    name: 'Un nombre puede tener como máximo 100 caracteres, en una sola línea.',
    short: 'Una contraseña necesita al menos {{characters}} caracteres.',
    long: 'Una contraseña puede tener 1000 caracteres como máximo.',
    weak: 'Esta contraseña es fácil de adivinar. Elige una más larga, por ejemplo cuatro palabras que no tengan nada que ver entre sí.',
    exists: 'Ya hay una cuenta con esta dirección.',
  },
  forgot: {
    title: '¿Has olvidado la contraseña?',
    lead: 'Escribe la dirección con la que inicias sesión. Te enviaremos un enlace para elegir otra contraseña.',
    button: 'Enviarme un enlace',
    sent: 'Revisa tu correo',
    sentText:
      'Si hay una cuenta con esta dirección, hemos enviado un enlace a esa dirección. Funciona una sola vez, durante una hora.',
    sentLate:
      'Si no llega en unos minutos, mira en correo no deseado o pide un enlace a la administración de tu redacción.',
    back: 'Volver a la página de inicio de sesión',
  },
  code: {
    title: 'Confirma tu identidad',
    lead: 'Escribe el código que tu aplicación de autenticación muestra ahora o uno de tus códigos de recuperación.',
    leadRecovery: 'Usa tu llave de acceso o escribe uno de tus códigos de recuperación.',
    code: 'Código',
    recoveryCode: 'Código de recuperación',
    button: 'Continuar',
    wrong:
      'Este código no es correcto. Escribe el que tu aplicación muestra ahora. Cada código, también los de recuperación, funciona una sola vez.',
    lost: '¿Has perdido la aplicación y los códigos? La administración de tu redacción puede restablecer tu verificación en dos pasos.',
    recoveryUsed:
      'Has usado un código de recuperación: quedan {{left}}. Puedes crear otros en la página de tu cuenta.',
  },
  oidc: {
    away: 'El servicio de inicio de sesión de tu redacción no responde. Inténtalo de nuevo en unos minutos o usa tu contraseña.',
    again: 'Este inicio de sesión ha tardado demasiado o ya había terminado. Empieza de nuevo.',
    invalid: 'La respuesta del servicio de inicio de sesión no es fiable. Empieza de nuevo.',
    refused: {
      noAddress:
        'El servicio de inicio de sesión no ha dado tu dirección de correo. Consulta con la administración.',
      unverified:
        'El servicio de inicio de sesión no ha verificado tu dirección de correo. Verifícala allí e inténtalo de nuevo.',
      notInvited: 'Aquí no tienes ninguna cuenta. Pide una invitación a la administración.',
      noRole:
        'El servicio de inicio de sesión no te da ningún rol aquí. Consulta con la administración.',
      disabled: 'Esta cuenta está desactivada. Consulta con la administración.',
      otherIdentity:
        'En el servicio de inicio de sesión, la cuenta con esta dirección es de alguien más. Consulta con la administración.',
    },
  },
  passkey: {
    refused: 'La llave de acceso no ha funcionado. Inténtalo de nuevo o entra con tu contraseña.',
    cancelled: 'No se ha usado ninguna llave de acceso.',
  },
  kept: {
    title: 'Tu sesión ha caducado mientras escribías',
    text: 'No se ha perdido nada de lo que has escrito, y aún no se ha guardado nada. Sigue para enviarlo ahora.',
    goOn: 'Seguir',
    discard: 'Descartarlo',
    discardText: 'Lo que has escrito se borra para siempre.',
    discardSure: 'Descartar para siempre',
    discarded: 'Descartado.',
  },
};
