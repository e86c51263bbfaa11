export default {
  400: {
    title: 'No se pudo leer',
    text: 'La petición llegó incompleta o dañada. No ha cambiado nada. Vuelva atrás e inténtelo de nuevo.',
  },
  401: {
    title: 'Inicie sesión, por favor',
    text: 'Esta página es para el equipo de la redacción.',
  },
  403: {
    title: 'Desde aquí no',
    text: 'Se ha rechazado y no ha cambiado nada. Abra la página misma e inténtelo desde allí.',
  },
  404: {
    title: 'Esa página no existe',
    text: 'Puede que la dirección esté cortada o que la página ya no esté.',
  },
  409: {
    title: 'Algo se adelantó',
    text: 'Lo que pide no encaja con el estado actual. No ha cambiado nada.',
  },
  413: {
    title: 'Es demasiado',
    text: 'Se envió más de lo que esta página admite. No se ha guardado nada.',
  },
  415: {
    title: 'No se pudo leer',
    text: 'Esta página no entiende lo que se envió. No se ha guardado nada.',
  },
  422: {
    title: 'Todavía falta algo',
    text: 'Una parte de lo enviado no se puede usar. Vuelva atrás, corríjala e inténtelo de nuevo.',
  },
  429: {
    title: 'Un momento, por favor',
    text: 'Ha habido demasiadas peticiones desde aquí. Espere un poco e inténtelo de nuevo.',
  },
  500: {
    title: 'Algo ha fallado aquí',
    text: 'La culpa es nuestra, no suya, y ha quedado anotado.',
  },
  503: {
    title: 'Volvemos enseguida',
    text: 'Una parte de este servicio no está disponible ahora. No se ha perdido nada: inténtelo en unos segundos.',
  },
  reference: 'Referencia',
  home: 'A la portada',
};
