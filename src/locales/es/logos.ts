/** Por qué un archivo no puede ser un logotipo y qué se puede hacer. */
export default {
  none: 'Elige antes un archivo.',
  empty: 'El archivo está vacío. Elige otro.',
  tooHeavy:
    'El archivo ocupa más de {{megabytes}} MB. Guárdalo más pequeño: basta un logotipo de 400 píxeles de ancho, en PNG o JPEG.',
  svg: 'Los archivos SVG pueden contener programas y la mayoría de los programas de correo no los muestran. Exporta el logotipo como PNG, de 400 píxeles de ancho o más.',
  notAPicture:
    'Por dentro, el archivo no es una imagen PNG, JPEG, GIF o WebP. Exporta el logotipo como PNG.',
  broken: 'La imagen está dañada o incompleta. Expórtala otra vez.',
  tooLarge:
    'La imagen mide {{width}} × {{height}} píxeles. Redúcela a {{most, number}} píxeles de ancho y de alto como máximo: bastan 400 de ancho.',
};
