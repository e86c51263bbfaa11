export default {
  400: {
    title: 'No se ha podido leer la petición',
    text: 'Ha llegado incompleta o dañada. No ha cambiado nada. Vuelve atrás e inténtalo de nuevo.',
  },
  401: {
    title: 'Inicia sesión para continuar',
    text: 'Esta página es para el equipo de la redacción.',
  },
  403: {
    title: 'No está permitido',
    text: 'La petición se ha rechazado y no ha cambiado nada. Abre la página e inténtalo desde allí.',
  },
  404: {
    title: 'Página no encontrada',
    text: 'Puede que la dirección esté incompleta o que la página ya no exista.',
  },
  409: {
    title: 'Ya había cambiado',
    text: 'Lo que has pedido ya no es posible. No ha cambiado nada ahora. Vuelve atrás, recarga la página e inténtalo de nuevo.',
  },
  413: {
    title: 'Se ha enviado demasiado',
    text: 'Es más de lo que esta página admite. No se ha guardado nada. Acórtalo e inténtalo de nuevo.',
  },
  415: {
    title: 'No se ha podido leer la petición',
    text: 'Esta página no admite lo que se ha enviado. No se ha guardado nada. Vuelve atrás e inténtalo de nuevo.',
  },
  422: {
    title: 'Revisa el formulario',
    text: 'Una parte de lo enviado no se puede usar. No se ha guardado nada. Vuelve atrás, corrígela e inténtalo de nuevo.',
  },
  429: {
    title: 'Demasiadas peticiones',
    text: 'Han llegado muchas peticiones desde tu red en poco tiempo. Espera un poco e inténtalo de nuevo.',
  },
  500: {
    title: 'Algo ha fallado',
    text: 'El fallo es nuestro y ha quedado registrado. Inténtalo más tarde o indica la referencia.',
  },
  503: {
    title: 'Volvemos enseguida',
    text: 'Una parte de este servicio no está disponible ahora. No se ha perdido nada. Inténtalo de nuevo en unos segundos.',
  },
  reference: 'Referencia',
  home: 'Ir a la página de inicio',
};
