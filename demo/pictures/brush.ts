/** The size of every picture, the shape that link previews ask for. */
export const WIDTH = 1200;
export const HEIGHT = 675;

/** The same sequence for the same seed: a picture drawn again is the same picture. */
export function dice(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** A sky, or anything else that changes colour from top to bottom. */
export function wash(top: number, bottom: number, ...colours: string[]): string {
  const id = `wash${top}-${bottom}-${colours.join('').replaceAll('#', '')}`;
  const stops = colours.map(
    (colour, n) => `<stop offset="${n / (colours.length - 1)}" stop-color="${colour}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>
    <rect y="${top}" width="${WIDTH}" height="${bottom - top}" fill="url(#${id})"/>`;
}

export const disc = (x: number, y: number, r: number, colour: string, opacity = 1) =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}" opacity="${opacity}"/>`;

/** A sun or a moon with its glow. */
export const light = (x: number, y: number, r: number, colour: string) =>
  [4, 2.6, 1.7].map((times) => disc(x, y, r * times, colour, 0.12)).join('') +
  disc(x, y, r, colour);

export const box = (x: number, y: number, w: number, h: number, colour: string, round = 0) =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${round}" fill="${colour}"/>`;

export const shape = (points: string, colour: string, opacity = 1) =>
  `<path d="${points}" fill="${colour}" opacity="${opacity}"/>`;

export const line = (points: string, colour: string, width = 4) =>
  `<path d="${points}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

/** A range of hills from side to side, filled down to the bottom of the picture. */
export function hills(seed: number, base: number, height: number, colour: string): string {
  const roll = dice(seed);
  const steps = 6;
  let path = `M0 ${HEIGHT} V${base - roll() * height}`;
  for (let n = 1; n <= steps; n++) {
    const x = (WIDTH / steps) * n;
    const y = base - roll() * height;
    const mid = x - WIDTH / steps / 2;
    path += ` C${mid} ${base - roll() * height} ${mid} ${y} ${x} ${y}`;
  }
  return shape(`${path} V${HEIGHT} Z`, colour);
}

/** Sharp peaks, with snow on the upper third. */
export function peaks(seed: number, base: number, height: number, colour: string, snow: string) {
  const roll = dice(seed);
  let drawn = '';
  for (let x = -80; x < WIDTH + 80; x += 150 + roll() * 60) {
    const top = base - height * (0.55 + roll() * 0.45);
    const half = 150 + roll() * 60;
    const lower = (share: number) => top + (base - top) * share;
    drawn += shape(`M${x - half} ${base} L${x} ${top} L${x + half} ${base} Z`, colour);
    drawn += shape(
      `M${x - half * 0.32} ${lower(0.32)} L${x} ${top} L${x + half * 0.32} ${lower(0.32)} L${x + half * 0.12} ${lower(0.25)} L${x - half * 0.05} ${lower(0.36)} L${x - half * 0.16} ${lower(0.26)} Z`,
      snow,
    );
  }
  return drawn;
}

/** Short strokes of light on water, denser towards the viewer. */
export function ripples(seed: number, top: number, colour: string, count = 60, bottom = HEIGHT) {
  const roll = dice(seed);
  let drawn = '';
  for (let n = 0; n < count; n++) {
    const depth = roll() ** 0.7;
    const y = top + 8 + (bottom - top - 16) * depth;
    const length = 20 + depth * 90 * roll();
    const x = roll() * WIDTH;
    drawn += `<rect x="${x}" y="${y}" width="${length}" height="${1.5 + depth * 3}" rx="2" fill="${colour}" opacity="${0.15 + roll() * 0.35}"/>`;
  }
  return drawn;
}

/** A row of windows, some of them lit. */
export function windows(
  seed: number,
  area: { x: number; y: number; columns: number; rows: number; step: number; rise: number },
  size: { w: number; h: number },
  lit: string,
  dark: string,
): string {
  const roll = dice(seed);
  let drawn = '';
  for (let row = 0; row < area.rows; row++) {
    for (let column = 0; column < area.columns; column++) {
      const colour = roll() < 0.6 ? lit : dark;
      drawn += box(
        area.x + column * area.step,
        area.y + row * area.rise,
        size.w,
        size.h,
        colour,
        2,
      );
    }
  }
  return drawn;
}

/** What stands above the water line, mirrored and faint below it. */
export const mirrored = (drawing: string, waterline: number, opacity = 0.28) =>
  `${drawing}<g transform="translate(0 ${waterline * 2}) scale(1 -1)" opacity="${opacity}">${drawing}</g>`;
