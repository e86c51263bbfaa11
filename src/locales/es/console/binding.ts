export default {
  all: 'todos',
  wrong: 'El rol de titular abarca toda la redacción: elige otro rol o no marques ningún boletín.',
  title: 'Boletines',
  hint: 'Marca los boletines a los que se limita. Si no marcas ninguno, abarca toda la redacción.',
  hintBound:
    'Marca los boletines a los que se limita. Si no marcas ninguno, abarca todos los tuyos.',
};
