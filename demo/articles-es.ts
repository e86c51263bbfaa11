import type { Written } from './newsroom.ts';

/** El Faro del Puerto, de lo más nuevo a lo más antiguo. Todo es inventado. */
export const spanish: Written[] = [
  {
    id: 'ferry',
    slug: 'vuelve-el-ferry-nocturno',
    section: 'news',
    headline: 'El ferry nocturno vuelve al muelle norte tres inviernos después',
    standfirst:
      'El de las 22:40 zarpó con 61 pasajeros y un acordeón. La travesía a Isla Alder dura ahora 48 minutos, y el último autobús espera al barco.',
    author: 'Inés Calloway',
    alt: 'Un ferry blanco con las ventanas encendidas cruza una bahía en calma al anochecer',
    paragraphs: [
      'A las 22:40 en punto la rampa del Marigold subió con un quejido y el muelle norte recuperó su ferry nocturno. Iban a bordo 61 pasajeros, casi todos isleños que no podían quedarse a cenar en Saltmere desde que se suprimió el servicio hace tres inviernos.',
      'La travesía dura 48 minutos, siete menos que antes, porque el nuevo casco cala menos y se ha dragado el banco de arena de Punta Gaviota. El último autobús de la isla espera ahora al barco, llegue cuando llegue.',
      '«He ido al cine», dijo Tomás Vell, de 74 años, como quien informa de un alunizaje. Había traído el acordeón y tocó hasta que el motor pudo más que él.',
      'El ayuntamiento paga 1,1 millones de coronas al año y revisará las cuentas en primavera. Hacen falta 40 pasajeros por noche. La primera hubo la mitad más.',
    ],
  },
  {
    id: 'storm',
    slug: 'la-barrera-supera-su-primera-prueba',
    section: 'news',
    headline: 'La barrera contra temporales supera su primera prueba de verdad',
    standfirst:
      'Rachas de 118 km/h empujaron el mar 2,3 metros por encima de lo normal. Tras las nuevas compuertas, el casco antiguo siguió seco por primera vez.',
    author: 'Piet Okonjo',
    alt: 'Grandes olas rompen contra una fila de compuertas bajo un cielo oscuro',
    paragraphs: [
      'Las compuertas se cerraron a las 03:12, once minutos después de la orden. A las cuatro el mar estaba 2,3 metros por encima de su marca y lanzaba espuma sobre las farolas del espigón.',
      'Detrás de la barrera, en la calle de los Cordeleros, la gente salió en bata a mirar los adoquines secos. En cada temporal así desde 1871 la calle había quedado bajo el agua.',
      'Dos de las nueve compuertas necesitaron un segundo intento, según los ingenieros por culpa de la madera a la deriva. Un buzo revisará mañana el umbral. El puerto reabrió al mediodía.',
      'La barrera llegó con cuatro años de retraso. «Esta mañana nadie me ha preguntado por eso», dijo su ingeniera jefe, Wanda Brill.',
    ],
  },
  {
    id: 'tram',
    slug: 'linea-4-antes-de-tiempo',
    section: 'updates',
    headline: 'Línea 4: las obras acaban una semana antes',
    standfirst:
      'Los tranvías llegan de nuevo a la Cantera desde el lunes. Los autobuses de sustitución terminan el domingo por la noche y sus billetes siguen valiendo.',
    author: 'Mara Lindqvist',
    alt: 'Un tranvía amarillo sube por una calle de casas de colores',
    paragraphs: [
      'Desde el primer servicio del lunes los tranvías de la línea 4 vuelven a llegar a la Cantera, siete días antes de lo anunciado. El último autobús sale el domingo a las 23:55.',
      'Ayudó el otoño seco, y también una segunda cuadrilla que trabajó bajo los focos. La vía nueva debe durar treinta años y suena menos en la curva del hospital.',
      'Los billetes y abonos comprados para los autobuses sirven en los tranvías. La parada del Molino conserva su andén provisional hasta que se apruebe el ascensor.',
    ],
  },
  {
    id: 'market',
    slug: 'la-lonja-por-una-corona',
    section: 'news',
    headline: 'El ayuntamiento recupera la vieja lonja por una corona',
    standfirst:
      'El edificio lleva vacío desde que se fue la subasta. Catorce votos contra nueve lo devuelven a casa; qué habrá dentro lo dirá ahora la ciudad.',
    author: 'Inés Calloway',
    alt: 'Un mercado de hierro con techo de cristal junto a barcos amarrados',
    paragraphs: [
      'Bastó una moneda, entregada en un sobre, para que la vieja lonja volviera a manos públicas. La votación quedó en 14 a 9, tras un debate que pasó de la medianoche.',
      'El edificio de hierro se vendió hace once años por dos millones de coronas a una empresa que iba a hacer un hotel y no lo hizo. Un tercio del techo necesita cristal nuevo antes del invierno.',
      'Se aceptan ideas hasta finales de enero: por ahora la lista incluye un mercado de comidas, una escuela de vela, una sala de conciertos y, con letra de niño, «pescado otra vez».',
      'Quienes votaron en contra señalaron la factura de las obras, 900.000 coronas. Quienes votaron a favor señalaron el edificio.',
    ],
  },
  {
    id: 'waterfront',
    slug: 'de-quien-es-el-frente-maritimo',
    section: 'special-reports',
    headline: '¿De quién es el frente marítimo? Leímos 1.204 escrituras',
    standfirst:
      'Tres familias, dos fondos de pensiones y un coro: un año en el registro muestra quién posee el kilómetro que va de las grúas a la playa.',
    author: 'Piet Okonjo y Mara Lindqvist',
    alt: 'Una fila de casas estrechas de colores se refleja en el agua del puerto',
    paragraphs: [
      'El kilómetro entre las grúas y la playa es el suelo más caro de Saltmere, y hasta ahora nadie sabía decir de quién es. El registro guarda las escrituras por parcela, no por dueño, y en papel. Leímos las 1.204.',
      'El 61 por ciento pertenece a tres familias y a dos fondos de pensiones extranjeros. La ciudad tiene el nueve, casi todo bajo calzadas. El coro del puerto posee un cobertizo, herencia de 1932, que vale más de lo que sus cantantes sabían.',
      'Una de cada siete parcelas cambió de manos a través de una sociedad sin otra actividad. Es legal. También significa que no se pagó impuesto de transmisiones: según nuestras cuentas, 6,4 millones de coronas en diez años.',
      'La tabla completa, parcela por parcela, está abierta a todos. Cuatro propietarios nos han enviado correcciones; hemos hecho tres y explicamos por qué no la cuarta.',
      'En marzo llega al parlamento regional una ley para publicar los nombres de los dueños. Ya ha fracasado dos veces.',
    ],
  },
  {
    id: 'lighthouse',
    slug: 'la-lampara-del-faro-se-queda',
    section: 'updates',
    headline: 'La lámpara del faro se queda, y es definitivo',
    standfirst:
      'La autoridad portuaria retira el plan de una baliza led en Punta Gaviota. La lente giratoria de 1894 sigue, con motor nuevo y farero a media jornada.',
    author: 'Oriol Bastable',
    alt: 'Un faro lanza su haz sobre el mar bajo un cielo estrellado',
    paragraphs: [
      'Punta Gaviota conserva su haz giratorio. La autoridad portuaria retira el plan de cambiar la lente de 1894 por una baliza fija, después de que firmaran en contra 4.300 personas y, consultado por primera vez, también el gremio de prácticos.',
      'La razón del gremio era práctica: una luz que gira se distingue al momento de las farolas de la ciudad; una fija, no.',
      'El motor nuevo está encargado. Con él se anuncia una plaza de farero de ocho horas semanales; hay cuarenta candidatos, entre ellos un poeta y dos astrónomas.',
    ],
  },
  {
    id: 'reservoir',
    slug: 'el-embalse-al-81-por-ciento',
    section: 'updates',
    headline: 'El embalse, al 81 por ciento: se acaban las restricciones',
    standfirst:
      'Diez días de lluvia en la sierra lograron lo que no pudo un verano de avisos. Desde el jueves se puede regar antes de las nueve y después de las siete.',
    author: 'Mara Lindqvist',
    alt: 'Una presa y un embalse lleno entre colinas verdes tras la lluvia',
    paragraphs: [
      'El embalse del Brenn estaba esta mañana al 81 por ciento, frente al 46 de principios de mes. El consorcio del agua levanta las restricciones desde el jueves; se podrá regar antes de las nueve y después de las siete.',
      'Llovió donde hacía falta, en la sierra, y despacio: casi todo entró en la tierra. Dos fuentes sobre Holm, secas desde julio, vuelven a manar.',
      'Se mantiene el consejo de llenar las lavadoras y acortar las duchas hasta que el nivel pase de 90.',
    ],
  },
  {
    id: 'seals',
    slug: 'el-regreso-callado-de-las-focas',
    section: 'special-reports',
    headline: 'El regreso callado de las focas',
    standfirst:
      'Hace treinta años la última colonia dejó la bahía. Este otoño contamos 212 animales en los islotes y conocimos a quienes guardaron el secreto.',
    author: 'Oriol Bastable',
    alt: 'Tres focas descansan en las rocas con la marea baja y luz cálida',
    paragraphs: [
      'Se las oye antes de verlas: un coro grave y quejoso desde los islotes al oeste de Isla Alder. El último domingo en calma de octubre contamos 212, crías incluidas.',
      'La última colonia se fue en los noventa, cuando la papelera aún vertía en la bahía. La primera pareja volvió hace once años. La vieron cuatro pescadores que, ante un café, acordaron no decir nada.',
      'Cambiaron sus rutas y dejaron pudrirse el amarre más cercano. «No somos gente sentimental», nos dijo uno. «Solo pensamos: que las dejen en paz.»',
      'El secreto lo descubrió una imagen de satélite, tan nítida que se podía contar en ella. El ayuntamiento propone ahora lo que los cuatro hacían ya: ningún barco a menos de 300 metros de mayo a julio.',
      'Han pedido que no publiquemos sus nombres. Las focas, añadió uno, tampoco los saben.',
    ],
  },
  {
    id: 'library',
    slug: 'la-biblioteca-abre-los-domingos',
    section: 'updates',
    headline: 'La biblioteca abre los domingos desde diciembre',
    standfirst:
      'Sin préstamo en el mostrador, pero con luz, calor y 90.000 libros: voluntarios abren de diez a seis. La sala de lectura recupera su piano.',
    author: 'Inés Calloway',
    alt: 'Los ventanales de la biblioteca brillan sobre una plaza nevada al atardecer',
    paragraphs: [
      'Desde el primer domingo de diciembre la biblioteca abre de diez a seis. Treinta y ocho voluntarios se reparten el día; los libros se sacan en la máquina.',
      'La prueba dura hasta Pascua. En una encuesta a 2.000 lectores el domingo fue el día más pedido, por familias y por quienes trabajan a turnos.',
      'El piano, afinado, vuelve a la sala de lectura. Se puede tocar de cuatro a cinco, «por quienes saben y por quienes no han cumplido diez años».',
    ],
  },
  {
    id: 'iceboat',
    slug: 'un-ano-a-bordo-del-ultimo-rompehielos',
    section: 'special-reports',
    headline: 'Un año a bordo del último rompehielos',
    standfirst:
      'El Ada abre el canal del norte cada invierno desde 1958. Este puede ser el último. Doce meses con cinco tripulantes, una gata y 1.300 caballos.',
    author: 'Wen Halloran',
    alt: 'Un rompehielos rojo abre un canal oscuro en el mar helado ante unas montañas',
    paragraphs: [
      'El Ada no corta el hielo, se sube a él: la proa trepa, la siguen 600 toneladas y la placa cede con un ruido de portazo en una casa vacía. Así cada invierno desde 1958.',
      'Cada año hay menos que trepar. En su primera década el canal se helaba 94 días de media; en la última, 21. Mantenerlo cuesta lo mismo.',
      'A bordo van cinco personas y una gata llamada Lastre. La cocinera, Rua Simms, es la más veterana, 29 inviernos, y lleva su propio diario: qué se comió, quién echaba de menos su casa, cómo sonaba el hielo.',
      'Un comprador del norte lejano ha hecho una oferta. El puerto decide en febrero; la tripulación, que podría irse con el barco, ya ha decidido no decirlo.',
      'Nuestra última mañana el canal era agua abierta de orilla a orilla. El Ada salió igualmente, despacio, como quien recorre una casa antes de entregar las llaves.',
    ],
  },
];
