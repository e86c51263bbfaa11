/** An accent colour for its uses, each readable (WCAG 2.2, 4.5:1) on its background. */
export interface Accent {
  /** Text on the white page, and on `tint`. */
  light: string;
  /** Text on the dark page, and on `darkTint`. */
  dark: string;
  /** A ground with a touch of the colour, for ink to stand on, in light and dark. */
  tint: string;
  darkTint: string;
  /** Background of a button, in light and dark. */
  button: string;
  /** Text on that button. */
  onButton: string;
}

type Rgb = [number, number, number];

const HOUSE_RED = '#a4161a';
const WHITE: Rgb = [255, 255, 255];
const DARK_PAGE: Rgb = [0x1b, 0x1c, 0x20];
const INK: Rgb = [0x14, 0x14, 0x16];
const READABLE = 4.5;

const parse = (hex: string): Rgb => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
];

const format = (rgb: Rgb) =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  from.map((part, at) => part + ((to[at] ?? part) - part) * share) as Rgb;

// Moves towards white or black only as far as it must, so that the newsroom's hue stays.
function readableOn(ground: Rgb, colour: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(colour, towards, share);
    if (contrast(tried, ground) >= READABLE) return tried;
  }
  return towards;
}

/** The newsroom's colour made readable; anything but `#rrggbb` gives the default red. */
export function accentOf(colour: string | null): Accent {
  const given = parse(colour !== null && /^#[0-9a-f]{6}$/i.test(colour) ? colour : HOUSE_RED);
  const onButton = contrast(given, WHITE) >= READABLE ? WHITE : INK;
  const tint = mix(WHITE, given, 0.07);
  const darkTint = mix(DARK_PAGE, given, 0.14);
  return {
    light: format(readableOn(tint, given, [0, 0, 0])),
    dark: format(readableOn(darkTint, given, WHITE)),
    tint: format(tint),
    darkTint: format(darkTint),
    button: format(readableOn(onButton, given, onButton === WHITE ? [0, 0, 0] : WHITE)),
    onButton: format(onButton),
  };
}
