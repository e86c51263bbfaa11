/** One thing that doctor looked at. `fix` beside an ok is advice. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  fix: string | null;
}

export const good = (name: string, detail: string, advice: string | null = null): Check => ({
  name,
  ok: true,
  detail,
  fix: advice,
});

export const bad = (name: string, detail: string, fix: string): Check => ({
  name,
  ok: false,
  detail,
  fix,
});
