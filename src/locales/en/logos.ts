/** Why a file cannot be a logo, and what to do about it. */
export default {
  none: 'Choose a file first.',
  empty: 'The file is empty. Choose another one.',
  tooHeavy:
    'The file is larger than {{megabytes}} MB. Save it smaller: a logo 400 pixels wide is enough, as PNG or JPEG.',
  svg: 'SVG files can hold scripts, and most email programs do not show them. Export the logo as PNG, 400 pixels wide or more.',
  notAPicture:
    'The file is not a PNG, JPEG, GIF or WebP picture, whatever its name says. Export the logo as PNG.',
  broken: 'The picture is damaged or incomplete. Export it again.',
  tooLarge:
    'The picture measures {{width}} × {{height}} pixels. Make it at most {{most, number}} pixels wide and high: 400 wide is enough.',
};
