/** `read`, cached for so many milliseconds, so that a burst of requests costs one call. Failures are not cached. */
export function cachedFor<T>(milliseconds: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { at: number; answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (kept && now - kept.at < milliseconds) return kept.answer;
    const answer = read();
    kept = { at: now, answer };
    answer.catch(() => {
      kept = undefined;
    });
    return answer;
  };
}
