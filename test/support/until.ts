/** Waits for a condition; fails with its name when it does not come true in time. */
export async function until(condition: () => boolean, name: string, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
