/** How a new relay's daily ceiling grows: `first` messages on the first day, then `growth` times the day before. */
export interface WarmUpPlan {
  /** Calendar day, YYYY-MM-DD. */
  startedOn: string;
  first: number;
  growth: number;
}

/** Reads `START:FIRST:GROWTH`, e.g. `2026-11-01:500:1.5`; undefined when it is no plan. */
export function parseWarmUp(text: string): WarmUpPlan | undefined {
  const match = /^(\d{4}-\d\d-\d\d):([1-9]\d{0,8}):(\d{1,2}(?:\.\d{1,3})?)$/.exec(text.trim());
  if (!match) return undefined;
  const [, startedOn = '', first, growth] = match;
  if (!isDay(startedOn) || Number(growth) <= 1) return undefined;
  return { startedOn, first: Number(first), growth: Number(growth) };
}

/** A plan as `parseWarmUp` reads it. */
export const warmUpText = ({ startedOn, first, growth }: WarmUpPlan): string =>
  `${startedOn}:${first}:${growth}`;

/** The ceilings of a plan from `today` on, day by day, until it has none any more. */
export function warmUpDays(
  plan: WarmUpPlan,
  today: string,
  days: number,
): { day: string; ceiling: number }[] {
  return Array.from({ length: days }, (_, n) => {
    const day = new Date(dayNumber(today) + n * 86_400_000).toISOString().slice(0, 10);
    return { day, ceiling: warmUpCeiling(plan, day) };
  }).filter(({ ceiling }) => Number.isFinite(ceiling));
}

/**
 * How many messages the relay may send on the calendar day `today` (YYYY-MM-DD): none before the
 * plan's first day, and Infinity once the plan has outgrown a thousand million.
 */
export function warmUpCeiling(plan: WarmUpPlan, today: string): number {
  const days = Math.round((dayNumber(today) - dayNumber(plan.startedOn)) / 86_400_000);
  if (days < 0) return 0;
  const ceiling = Math.floor(plan.first * plan.growth ** days);
  return ceiling > 1_000_000_000 ? Number.POSITIVE_INFINITY : ceiling;
}

function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function isDay(day: string): boolean {
  const at = dayNumber(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
